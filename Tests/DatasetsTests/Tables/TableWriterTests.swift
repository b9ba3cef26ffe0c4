import Datasets
import Features
import Foundation
import Testing

@Suite("TableWriter", .enabled(if: tablesWork, noTables)) struct TableWriterTests {
    let scratch = try! Scratch()
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() }

    @Test func `a file appears when it is finished, and never half`() throws {
        let path = try scratch.write("t.csv", "old\n")
        let writer = try TableWriter(to: path)
        try writer.write(try Frame(["x": Column([1, 2])]))
        #expect(try files().count == 2)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old\n")
        try writer.write(try Frame(["x": Column([nil, 4])]))
        try writer.finish()
        #expect(try files() == ["t.csv"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "\"x\"\n1\n2\n\n4\n")
        #expect(writer.rowCount == 4)
        #expect(message { try writer.finish() }.hasSuffix("the file is finished already"))
    }

    @Test func `a writer that is dropped leaves nothing behind`() throws {
        do {
            let writer = try TableWriter(to: "\(scratch.path)/t.parquet")
            try writer.write(try Frame(["x": Column([1, 2])]))
        }
        #expect(try files() == [])
    }

    @Test(arguments: ["t.parquet", "t.csv", "t.jsonl", "t.arrow"]) func `batches of a scan are written on, also in slices`(_ name: String)
        throws
    {
        let source = try Table(at: golden("types.parquet"))
        let columns = source.fields.filter {
            ![.binary, .time, .duration].contains($0.type) && !"\($0.type)".contains("list") && $0.name != "float16"
        }.map(\.name)
        let path = "\(scratch.path)/\(name)"
        let writer = try TableWriter(to: path)
        let scan = try source.scan(columns: columns)
        while let batch = try scan.next() {
            for row in 0..<batch.rowCount { try writer.write(batch.slice(row..<row + 1)) }
        }
        try writer.finish()
        let types = Dictionary(
            uniqueKeysWithValues: try source.frame(columns: columns).fields.compactMap { field -> (String, TableType)? in
                switch field.type {
                case .float: (field.name, .f32)
                case .timestamp: (field.name, field.name == "date" ? .timestamp(zone: nil) : .timestamp(zone: "UTC"))
                case .bool, .int, .double, .category: nil
                }
            })
        let back = try Table(at: path, text: TextOptions(types: types)).frame()
        #expect(try back == source.frame(columns: columns))
    }

    @Test func `JSON lines escape what they must`() throws {
        let writer = try TableWriter(to: "\(scratch.path)/t.jsonl")
        try writer.write(try Frame(["q\"": Column(["a\"\\\n\u{1}é"]), "x": Column([0.1]), "t": Column(timestamps: [-1])]))
        try writer.finish()
        let text = try String(contentsOfFile: "\(scratch.path)/t.jsonl", encoding: .utf8)
        #expect(text == "{\"q\\\"\":\"a\\\"\\\\\\u000a\\u0001é\",\"x\":0.1,\"t\":\"1969-12-31T23:59:59.999999Z\"}\n")
    }

    @Test func `mistakes are answered in one line`() throws {
        #expect(
            message { _ = try TableWriter(to: "a") }
                == "write 'a': the name does not tell the format: end it in .parquet, .csv, .jsonl, .arrow or .orc")
        let writer = try TableWriter(to: "\(scratch.path)/t.parquet")
        #expect(message { try writer.finish() }.hasSuffix("no batch was written, so there are no columns"))
        try writer.write(try Frame(["x": Column([1])]))
        #expect(message { try writer.write(try Frame(["y": Column([1.5])])) }.hasSuffix("the columns are x: i64, the batch has y: f64"))
        let lost = try TableWriter(to: "\(scratch.path)/no/t.parquet")
        #expect(message { try lost.write(try Frame(["x": Column([1])])) }.contains("there is no folder \(scratch.path)/no"))
        let odd = try TableWriter(to: "\(scratch.path)/t.csv", options: TableWriteOptions(compression: .zstd))
        #expect(message { try odd.write(try Frame(["x": Column([1])])) }.hasSuffix("CSV is written without compression"))
    }
}
