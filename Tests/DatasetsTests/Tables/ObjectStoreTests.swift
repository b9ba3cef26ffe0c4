import Datasets
import Features
import Foundation
import Testing

/// Scripts/s3-tests.sh starts a server that speaks S3 and says where it is.
private let server = ProcessInfo.processInfo.environment["MILLRACE_S3"]

@Suite("Table: object store", .enabled(if: tablesWork, noTables), .enabled(if: server != nil, "no S3 server: run Scripts/s3-tests.sh"))
struct ObjectStoreTests {
    func place(_ key: String) -> String { "s3://millrace/\(key)?endpoint_override=\(server ?? "")&scheme=http&region=us-east-1" }

    @Test(arguments: ["t.parquet", "t.csv", "t.jsonl", "t.arrow"]) func `a table goes to S3 and comes back`(_ name: String) throws {
        let frame = try Frame([
            "x": Column((0..<50_000).map { Double($0) / 4 }), "s": Column((0..<50_000).map { $0 % 3 == 0 ? nil : "s\($0)" }),
        ])
        let writer = try TableWriter(to: place("one/\(name)"))
        try writer.write(frame)
        #expect(message { _ = try Table(at: place("one/\(name)")) }.hasSuffix("there is no such file or folder"))
        try writer.finish()
        let table = try Table(at: place("one/\(name)"))
        #expect(try table.frame() == frame)
        #expect(try table.rowCount(where: Filter.column("x") < 10) == 40)
    }

    @Test func `folders and patterns in S3 are tables`() throws {
        for (year, x) in [(2023, 1), (2024, 2), (2024, 3)] {
            let writer = try TableWriter(to: place("many/year=\(year)/\(x).parquet"))
            try writer.write(try Frame(["x": Column([x])]))
            try writer.finish()
        }
        #expect(try Table(at: place("many")).frame() == Frame(["x": Column([1, 2, 3]), "year": Column([2023, 2024, 2024])]))
        #expect(try Table(at: place("many/*/2.parquet")).frame(columns: ["x"]) == Frame(["x": Column([2])]))
    }

    @Test func `what is not there is said`() throws {
        #expect(message { _ = try Table(at: place("none.parquet")) }.hasSuffix("there is no such file or folder"))
        let lost = try TableWriter(to: "s3://no-such-bucket/t.csv?endpoint_override=\(server ?? "")&scheme=http&region=us-east-1")
        let text = message {
            try lost.write(try Frame(["x": Column([1])]))
            try lost.finish()
        }
        #expect(text.contains("no-such-bucket"), "\(text)")
    }
}
