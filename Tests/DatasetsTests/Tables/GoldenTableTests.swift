import Datasets
import Engine
import Features
import Testing

/// What Scripts/golden/tables.py has pyarrow write.
@Suite("Table: files of pyarrow", .enabled(if: tablesWork, noTables)) struct GoldenTableTests {
    let moment: Int64 = 1_717_164_300_250_000

    @Test func `every type of Parquet has its name`() throws {
        let table = try Table(at: golden("types.parquet"))
        let expected: [String: TableType] = [
            "truth": .bool, "decimal": .decimal(precision: 7, scale: 2), "date": .date, "text": .string, "large": .string, "bytes": .binary,
            "colour": .dictionary(of: .string), "list": .list(of: .f32), "fixed": .fixedList(of: .i32, count: 3), "inner.x": .i64,
            "inner.y": .string, "time.s": .timestamp(zone: "Europe/Oslo"), "time.ms": .timestamp(zone: "UTC"),
            "time.us": .timestamp(zone: "UTC"), "time.ns": .timestamp(zone: "UTC"), "clock": .time, "span": .duration, "int8": .i8,
            "int16": .i16, "int32": .i32, "int64": .i64, "uint8": .u8, "uint16": .u16, "uint32": .u32, "uint64": .u64, "float16": .f16,
            "float32": .f32, "float64": .f64,
        ]
        #expect(Dictionary(uniqueKeysWithValues: table.fields.map { ($0.name, $0.type) }) == expected)
        #expect(try table.rowCount() == 4)
    }

    @Test(arguments: ["types.parquet", "types.arrow", "types.orc"]) func `values of every type are read`(_ name: String) throws {
        let table = try Table(at: golden(name))
        let lists = ["bytes", "list", "fixed"]
        let frame = try table.frame(columns: table.fields.map(\.name).filter { !lists.contains($0) })
        let whole = Column([1, -2, nil, 127])
        var expected: [String: Column] = [
            "truth": Column([true, false, nil, true]), "decimal": Column([12.34, -0.05, nil, 99_999.99]),
            "date": Column(timestamps: [1_717_113_600_000_000, -86_400_000_000, nil, 0]), "text": Column(["red", "", nil, "größer"]),
            "large": Column(["red", "", nil, "größer"]), "colour": Column(["red", "blue", nil, "red"]),
            "time.s": Column(timestamps: [moment - 250_000, -1_000_000, nil, moment - 250_000]),
            "clock": Column([3_723_000_000, 0, nil, 86_399_000_000]), "span": Column([1_500_000, -1000, nil, 0]),
            "inner.x": Column([1, 2, nil, 4]), "inner.y": Column(["a", nil, nil, "d"]),
            "int8": whole, "int16": whole, "int32": whole, "int64": whole,
            "float16": Column([1.5, -0.25, nil, 65_504] as [Float?]), "float32": Column([1.5, -0.25, nil, 65_504] as [Float?]),
            "float64": Column([1.5, -0.25, nil, 65_504]),
        ]
        for unit in ["ms", "us", "ns"] { expected["time.\(unit)"] = Column(timestamps: [moment, -1_000_000, nil, moment]) }
        for width in [8, 16, 32, 64] { expected["uint\(width)"] = Column([1, 2, nil, 255]) }
        #expect(frame.names.count == (name == "types.orc" ? 13 : 25))
        for name in frame.names { #expect(try frame.column(name) == expected[name], "\(name)") }
    }

    @Test func `binary data and dictionaries are read`() throws {
        let scan = try Table(at: golden("types.arrow")).scan(columns: ["bytes", "colour"])
        let batch = try #require(try scan.next())
        let bytes = try batch.column("bytes"), colour = try batch.column("colour")
        #expect(try (0..<4).map { try bytes.withText(at: $0) { Array($0) } } == [[0, 1], [], [], [255]])
        #expect(try colour.codes() == [0, 1, -1, 0])
        #expect(try colour.categories() == ["red", "blue"])
        #expect(try colour.strings() == ["red", "blue", nil, "red"])
        #expect(try scan.next() == nil)
    }

    @Test func `string columns of Parquet become dictionaries where asked`() throws {
        let table = try Table(at: golden("types.parquet"), dictionaries: ["text"])
        #expect(try table.field("text").type == .dictionary(of: .string))
        #expect(try table.frame(columns: ["text"]).column("text") == Column(["red", "", nil, "größer"]))
    }

    @Test func `a fixed list is a tensor and unequal or null ones are refused`() throws {
        let batch = try #require(try Table(at: golden("types.arrow")).scan(columns: ["fixed", "list"]).next())
        let tensor = try batch.column("fixed").tensor()
        #expect(tensor.shape == [4, 3] && tensor.values(Int32.self) == Array(1...12))
        #expect(message { _ = try batch.column("list").tensor() } == "tensor 'list': 1 of 4 lists are null")
        #expect(try batch.column("list").slice(0..<2).tensor().values(Float.self) == [1, 2, 3, 4])
        #expect(try batch.slice(3..<4).column("list").tensor(as: .f64).values(Double.self) == [5, 6])
    }

    @Test func `times are compared with texts and with microseconds`() throws {
        let table = try Table(at: golden("types.parquet"))
        for name in ["time.s", "time.ms", "time.us", "time.ns"] {
            #expect(try table.rowCount(where: Filter.column(name) >= "2024-05-31 14:05:00") == 2, "\(name)")
            #expect(try table.rowCount(where: Filter.column(name) < .timestamp(0)) == 1, "\(name)")
        }
        #expect(try table.rowCount(where: Filter.column("date") == "2024-05-31") == 1)
        #expect(try table.rowCount(where: Filter.column("decimal") > 12) == 2)
        #expect(try table.rowCount(where: Filter.column("colour") == "red") == 2)
        #expect(try table.rowCount(where: Filter.column("inner.x") >= 2) == 2)
        #expect(
            message { _ = try table.rowCount(where: Filter.column("date") > "May") }.hasSuffix(
                "'May' is not a time such as 2024-05-31 or 2024-05-31 14:05:00"))
        #expect(
            message { _ = try table.rowCount(where: Filter.column("int8") > "5") }.hasSuffix(
                "a column of type int8 is compared with a text"))
        #expect(
            message { _ = try table.rowCount(where: Filter.column("text") > 5) }.hasSuffix("a column of type string is compared with 5"))
    }

    @Test func `row groups are joined and filtered`() throws {
        let table = try Table(at: golden("groups.parquet"))
        let scan = try table.scan(columns: ["n"], where: Filter.column("n") >= 350 && Filter.column("half") < 260, batchRows: 64)
        var found: [Int64] = []
        while let batch = try scan.next() {
            #expect(batch.rowCount <= 64)
            found += try batch.column("n").integers()
        }
        #expect(found == Array(350..<520))
    }
}
