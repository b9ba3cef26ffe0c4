import Datasets
import Engine
import Features
import Testing

@Suite("Table: text", .enabled(if: tablesWork, noTables)) struct TextTableTests {
    let scratch = try! Scratch()

    @Test func `types are inferred and nulls told from empty strings`() throws {
        let path = try scratch.write(
            "a.csv", "n,x,t,when,s\n1,0.5,true,2024-05-31 10:00:00,\n,NA,,,\"\"\n3,2,false,2024-06-01 00:00:00,a b\n")
        let table = try Table(at: path)
        #expect(table.fields.map(\.type) == [.i64, .f64, .bool, .timestamp(zone: nil), .string])
        let frame = try table.frame()
        #expect(try frame.column("n") == Column([1, nil, 3]))
        #expect(try frame.column("x") == Column([0.5, nil, 2]))
        #expect(try frame.column("t") == Column([true, nil, false]))
        #expect(try frame.column("when") == Column(timestamps: [1_717_149_600_000_000, nil, 1_717_200_000_000_000]))
        #expect(try frame.column("s") == Column([nil, "", "a b"]))
    }

    @Test func `delimiter, names, nulls, skipped lines and types can be given`() throws {
        let path = try scratch.write("a.txt", "made by a machine\n1;-;x\n2;7;-\n")
        let options = TextOptions(
            delimiter: ";", hasHeader: false, skippedLines: 1, names: ["a", "b", "c"], nulls: ["-"], types: ["a": .f32])
        let frame = try Table(at: path, format: .csv, text: options).frame()
        #expect(try frame == Frame(["a": Column([1, 2] as [Float]), "b": Column([nil, 7]), "c": Column(["x", nil])]))
        let plain = try Table(at: path, format: .csv, text: TextOptions(delimiter: ";", hasHeader: false, skippedLines: 1))
        #expect(plain.fields.map(\.name) == ["f0", "f1", "f2"])
    }

    @Test func `names may replace those of the header`() throws {
        let path = try scratch.write("a.csv", "x,y\n1,2\n")
        #expect(try Table(at: path, text: TextOptions(names: ["a", "b"])).frame() == Frame(["a": Column([1]), "b": Column([2])]))
    }

    @Test func `a tabulator is the delimiter of tsv`() throws {
        #expect(try Table(at: scratch.write("a.tsv", "x\ty\n1\t2,5\n")).frame() == Frame(["x": Column([1]), "y": Column(["2,5"])]))
    }

    @Test func `a value that does not fit its column says where and what to do`() throws {
        let path = try scratch.write("a.csv", "x\n" + String(repeating: "1\n", count: 9_000_000) + "1.5\n")
        let text = message { _ = try Table(at: path).frame() }
        #expect(
            text.contains("column #0") && text.contains("1.5")
                && text.hasSuffix("give the column's type, because the values further up looked like another one"), "\(text)")
        #expect(try Table(at: path, text: TextOptions(types: ["x": .f64])).rowCount(where: Filter.column("x") > 1) == 1)
    }

    @Test func `JSON lines of nested objects are columns`() throws {
        let path = try scratch.write(
            "a.jsonl", "{\"a\": 1, \"b\": {\"c\": \"x\", \"d\": [1, 2]}}\n{\"a\": null, \"b\": {\"c\": null, \"d\": [3, 4]}, \"e\": true}\n"
        )
        let table = try Table(at: path)
        #expect(table.fields.map(\.description) == ["a: i64", "b.c: string", "b.d: list of i64", "e: bool"])
        #expect(
            try table.frame(columns: ["e", "b.c", "a"])
                == Frame(["e": Column([nil, true]), "b.c": Column(["x", nil]), "a": Column([1, nil])]))
        let batch = try #require(try table.scan(columns: ["b.d"]).next())
        #expect(try batch.column("b.d").tensor().values(Int64.self) == [1, 2, 3, 4])
    }

    @Test func `mistakes are answered in one line`() throws {
        func text(_ content: String, _ options: TextOptions = TextOptions()) throws -> String {
            let path = try scratch.write("a.csv", content)
            return message { _ = try Table(at: path, text: options).frame() }.replacing(scratch.path, with: "…")
        }
        #expect(try text("").hasPrefix("table '…/a.csv': CSV parse error: Empty CSV file"))
        #expect(try text("x,x\n1,2\n") == "table '…/a.csv': CSV file contained multiple columns named x")
        #expect(
            try text("x\n1\n", TextOptions(types: ["y": .f32])) == "table '…/a.csv': a type is given for the column 'y', which is not there"
        )
        #expect(try text("x\n1\n", TextOptions(delimiter: "→")) == "table '…/a.csv': the delimiter is one ASCII character, not '→'")
        #expect(try text("x\n1\n", TextOptions(types: ["x": .binary])) == "table '…/a.csv': 'x' cannot be read from text as binary")
        #expect(try text("x,y\n1,2\n3\n").contains("Expected 2 columns, got 1"))
        #expect(message { _ = try Table(at: "nowhere.csv") } == "table 'nowhere.csv': there is no such file or folder")
        #expect(message { _ = try Table(at: scratch.path + "/*.none") }.hasSuffix("no file matches the pattern"))
        #expect(message { _ = try Table(at: "") } == "table: the path is empty")
        let odd = try scratch.write("odd", "hello")
        #expect(
            message { _ = try Table(at: odd) }.hasSuffix(
                "neither its name nor its first bytes tell the format: give one of parquet, csv, json, arrow, orc"))
    }
}
