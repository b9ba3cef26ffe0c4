import Datasets
import Features
import Foundation
import Testing

/// The error's text, or "no error".
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch { return "\(error)" }
}

/// Whether Arrow's shim is there; without it the suites about tables are skipped with this reason.
let tablesWork = TableSupport.problem == nil
let noTables: Comment = "Arrow's shim is missing: run 'make setup'"

/// Files that pyarrow wrote; Scripts/golden/tables.py tells what is in them.
func golden(_ name: String) -> String {
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return here.appendingPathComponent("Golden/Tables/\(name)").path
}
