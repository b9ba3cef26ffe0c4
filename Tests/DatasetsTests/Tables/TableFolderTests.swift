import Datasets
import Features
import Testing

@Suite("Table: folders", .enabled(if: tablesWork, noTables)) struct TableFolderTests {
    let scratch = try! Scratch()

    @Test func `a folder is one table, with parts of its path as columns`() throws {
        for (year, x) in [(2023, 1), (2024, 2), (2024, 3)] { _ = try scratch.write("t/year=\(year)/\(x).csv", "x\n\(x)\n") }
        _ = try scratch.write("t/README.md", "no table")
        _ = try scratch.write("t/_tmp/4.csv", "x\n4\n")
        _ = try scratch.write("t/.hidden.csv", "x\n5\n")
        let table = try Table(at: "\(scratch.path)/t")
        #expect(table.files.count == 3)
        #expect(try table.frame() == Frame(["x": Column([1, 2, 3]), "year": Column([2023, 2024, 2024])]))
        #expect(try table.rowCount(where: Filter.column("year") == 2024) == 2)
    }

    @Test func `patterns choose files, and several paths are one table`() throws {
        for name in ["b2", "b1", "c1"] { _ = try scratch.write("\(name).csv", "x\n\(name)\n") }
        _ = try scratch.write("deep/er/b3.csv", "x\nb3\n")
        func names(_ paths: String...) throws -> [String?] {
            try Table(at: paths.map { "\(scratch.path)/\($0)" }).frame().column("x").strings
        }
        #expect(try names("b*.csv") == ["b1", "b2"])
        #expect(try names("[bc]1.csv") == ["b1", "c1"])
        #expect(try names("deep/*/b?.csv") == ["b3"])
        #expect(try names("**/b3.csv") == ["b3"])
        #expect(try names("c1.csv", "b1.csv") == ["c1", "b1"])
    }

    @Test func `types of several files are joined`() throws {
        _ = try scratch.write("m/1.csv", "x\n1\n")
        _ = try scratch.write("m/2.csv", "x,y\n1.5,a\n")
        #expect(try Table(at: "\(scratch.path)/m").frame() == Frame(["x": Column([1, 1.5]), "y": Column([nil, "a"])]))
    }

    @Test func `files of several formats are refused`() throws {
        _ = try scratch.write("m/1.csv", "x\n1\n")
        _ = try scratch.write("m/2.jsonl", "{\"x\": 1}\n")
        #expect(
            message { _ = try Table(at: "\(scratch.path)/m") }.hasSuffix(
                "the files are of several formats, csv and json: give the format or a pattern"))
        #expect(try Table(at: "\(scratch.path)/m", format: .json).rowCount() == 1)
    }
}
