import Foundation
import Testing

/// The folder of real data sets beside the package, or the one that `MILLRACE_DATA` names.
enum SharedData {
    static let folder: String = {
        if let named = ProcessInfo.processInfo.environment["MILLRACE_DATA"] { return named }
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { package.deleteLastPathComponent() }
        return package.deletingLastPathComponent().appendingPathComponent("shared/data").path
    }()

    static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }
    static func path(_ name: String) -> String { "\(folder)/\(name)" }
}

extension Trait where Self == ConditionTrait {
    /// Runs where the data set is there.
    static func data(_ name: String) -> Self {
        .enabled(if: SharedData.has(name), "the data set '\(name)' is not in ../shared/data (or in MILLRACE_DATA)")
    }
}
