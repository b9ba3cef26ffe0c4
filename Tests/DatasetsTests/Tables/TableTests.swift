import Datasets
import Engine
import Features
import Foundation
import Testing

@Suite("Table", .enabled(if: tablesWork, noTables)) struct TableTests {
    let scratch = try! Scratch()

    func sample() throws -> Frame {
        try Frame([
            "whole": Column([3, nil, -5, 9_007_199_254_740_993]),
            "single": Column([1.5, nil, -0.25, .infinity] as [Float?]),
            "double": Column([0.1, -2.5e300, nil, 3]),
            "truth": Column([true, false, nil, true]),
            "text": Column(["a", nil, "naïve, \"quoted\"\nline", ""]),
            "time": Column(timestamps: [0, 1_717_164_300_000_001, nil, -1]),
        ])
    }

    func written(_ name: String, _ frame: Frame, _ options: TableWriteOptions = TableWriteOptions()) throws -> String {
        let writer = try TableWriter(to: "\(scratch.path)/\(name)", options: options)
        try writer.write(frame)
        try writer.finish()
        return "\(scratch.path)/\(name)"
    }

    @Test(arguments: ["t.parquet", "t.arrow", "t.orc"]) func `a frame comes back from binary formats as it went`(_ name: String) throws {
        let frame = try sample()
        let table = try Table(at: try written(name, frame))
        #expect(try table.frame() == frame)
        #expect(try table.rowCount() == 4)
        #expect(table.fields.map(\.name) == frame.names)
    }

    @Test func `a frame comes back from CSV as it went`() throws {
        let frame = try sample()
        let path = try written("t.csv", frame)
        let table = try Table(at: path, text: TextOptions(types: ["single": .f32]))
        #expect(try table.frame() == frame)
        #expect(table.format == .csv)
    }

    @Test func `a frame comes back from JSON lines as it went, infinity as null`() throws {
        let frame = try sample()
        let path = try written("t.jsonl", frame)
        let back = try Table(at: path, text: TextOptions(types: ["single": .f32, "time": .timestamp(zone: "UTC")])).frame()
        for name in frame.names where name != "single" { #expect(try back.column(name) == frame.column(name), "\(name)") }
        #expect(try back.column("single") == Column([1.5, nil, -0.25, nil] as [Float?]))
    }

    @Test func `columns and rows that are not asked for stay where they are`() throws {
        let rows = 10_000
        let frame = try Frame([
            "id": Column((0..<rows).map { Int64($0) }), "x": Column((0..<rows).map { Double($0) / 2 }),
            "name": Column((0..<rows).map { "n\($0 % 3)" }),
        ])
        let table = try Table(at: try written("t.parquet", frame, TableWriteOptions(groupRows: 1000)))
        let filter = Filter.column("id") >= 4_000 && Filter.column("id") < 4_010 && !(Filter.column("name") == "n1")
        let found = try table.frame(columns: ["x", "id"], where: filter)
        let expected = (4_000..<4_010).filter { $0 % 3 != 1 }
        #expect(found.names == ["x", "id"])
        #expect(try found.column("id") == Column(expected))
        #expect(try found.column("x") == Column(expected.map { Double($0) / 2 }))
        #expect(try table.rowCount(where: filter) == expected.count)
        #expect(try table.rowCount(where: .column("x").isIn([1.5, 2.5, -1])) == 2)
        #expect(try table.rowCount(where: Filter.column("id") == 5 || Filter.column("name").isNull) == 1)
        #expect(try table.frame(limit: 3) == frame.rows(0..<3))
    }

    @Test func `an unknown column is answered with the nearest one`() throws {
        let table = try Table(at: try scratch.write("t.csv", "torque,speed\n1,2\n"))
        #expect(
            message { _ = try table.frame(columns: ["torqe"]) }
                == "table '\(table.path)': there is no column 'torqe'; did you mean 'torque'?")
        #expect(
            message { _ = try table.rowCount(where: Filter.column("sped") > 3) }
                == "table '\(table.path)': there is no column 'sped'; did you mean 'speed'?")
    }
}
