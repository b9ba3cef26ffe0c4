import Datasets
import Features
import Foundation
import Testing

@Suite("Table: hostile files", .enabled(if: tablesWork, noTables)) struct HostileTableTests {
    let scratch = try! Scratch()

    @Test(arguments: ["types.parquet", "types.arrow", "types.orc", "t.csv", "t.jsonl"])
    func `a damaged file is answered with rows or an error`(_ name: String) throws {
        let path = "\(scratch.path)/\(name)"
        if FileManager.default.fileExists(atPath: golden(name)) {
            try FileManager.default.copyItem(atPath: golden(name), toPath: path)
        } else {
            let writer = try TableWriter(to: path)
            try writer.write(
                try Frame(["a": Column([1, nil, 3]), "b": Column(["x,\"\n", nil, "é"]), "c": Column(timestamps: [0, nil, 5])]))
            try writer.finish()
        }
        let valid = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        let (refused, foreign) = fuzz(valid, rounds: 60) { bytes in
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let scan = try Table(at: path).scan()
            while let batch = try scan.next() {
                for column in batch.columns {
                    for row in 0..<batch.rowCount where !column.isNull(row) {
                        if column.type == .binary { _ = try column.withText(at: row) { $0.count } }
                    }
                    if column.type.isNumeric { _ = try column.doubles() } else if column.type == .string { _ = try column.strings() }
                }
            }
        }
        #expect(foreign == nil)
        #expect(refused > 10)
    }
}
