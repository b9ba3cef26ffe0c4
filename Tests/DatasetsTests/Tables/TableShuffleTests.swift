@testable import Datasets
import Engine
import Features
import Learning
import Foundation
import Testing

@Suite("TableShuffle", .enabled(if: tablesWork, noTables)) struct TableShuffleTests {
    let scratch = try! Scratch()

    func table(rows: Int) throws -> Table {
        let writer = try TableWriter(to: "\(scratch.path)/t.parquet", options: TableWriteOptions(groupRows: 5000))
        try writer.write(
            try Frame([
                "id": Column(Array(0..<rows)), "x": Column((0..<rows).map { $0 % 7 == 0 ? nil : Double($0) }),
                "s": Column((0..<rows).map { "row \($0)" }),
            ]))
        try writer.finish()
        return try Table(at: writer.path)
    }

    func order(_ rows: ShuffledRows, from first: Int = 0, by step: Int = 999) throws -> [Int] {
        var ids: [Int] = [], next = first
        while next < rows.count {
            let batch = try rows.batch(from: next, count: min(step, rows.count - next))
            let part = try batch.column("id").integers().map { Int($0) }
            #expect(try batch.column("s").strings() == part.map { "row \($0)" })
            #expect(try batch.column("x").doubles().map { $0.isNaN ? nil : Int($0) } == part.map { $0 % 7 == 0 ? nil : $0 })
            ids += part
            next += part.count
        }
        return ids
    }

    @Test func `every row comes once, in an order that memory and batches do not change`() throws {
        let rows = 60_000
        let table = try table(rows: rows)
        let small = try TableShuffle(table, seed: 7, memory: 1 << 20, folder: scratch.path), large = try TableShuffle(table, seed: 7)
        for epoch in [0, 3] {
            let spilled = try small.epoch(epoch), resident = try large.epoch(epoch)
            #expect(spilled.diskBytes > 1 << 20 && resident.diskBytes == 0)
            let ids = try order(spilled)
            #expect(ids.sorted() == Array(0..<rows))
            #expect(try order(resident, by: 12_345) == ids)
            // The order is the one that the keys tell.
            let key = RandomKey(seed: 7).folded(in: "rows").folded(in: epoch).seed!, keys = Spill.keys(key, rows: 0..<rows)
            #expect(ids == (0..<rows).sorted { keys[$0] < keys[$1] })
            for start in [1, 29_999, 59_999] { #expect(try order(spilled, from: start) == Array(ids[start...])) }
        }
        #expect(try order(try large.epoch(0)) == order(try small.epoch(0)))
        #expect(try order(try large.epoch(0)) != order(try large.epoch(1)))
        #expect(try order(try TableShuffle(table, seed: 8).epoch(0)) != order(try large.epoch(0)))
        // The file in the folder has no name.
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["t.parquet"])
    }

    @Test func `all permutations are equally likely`() {
        // 24 orders of 4 rows: chi-squared with 23 degrees of freedom stays below 49.7 in 999 of 1000 cases.
        var counts: [[Int]: Int] = [:]
        let draws = 24_000
        for epoch in 0..<draws {
            let keys = Spill.keys(RandomKey(seed: 1).folded(in: "rows").folded(in: epoch).seed!, rows: 0..<4)
            counts[(0..<4).sorted { keys[$0] < keys[$1] }, default: 0] += 1
        }
        #expect(counts.count == 24)
        #expect(counts.values.reduce(0.0) { $0 + (Double($1) - 1000) * (Double($1) - 1000) / 1000 } < 49.7)
    }

    @Test func `neighbours of the table are no neighbours of the epoch`() throws {
        let rows = 60_000
        let ids = try order(try TableShuffle(table(rows: rows), seed: 3, memory: 1 << 20).epoch(0))
        // The mean distance of two rows drawn independently is a third of all rows.
        let distance = zip(ids, ids.dropFirst()).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) } / Double(rows - 1)
        #expect(abs(distance / Double(rows) - 1.0 / 3) < 0.005)
    }

    @Test func `training batches of an epoch are continued in its order`() throws {
        let source = try TableBatches(
            table(rows: 3000), [TableTensor("id", column: "id", as: .i64)], where: Filter.column("id") < 2500, batchSize: 100,
            shuffleSeed: 5)
        func ids(_ epoch: Int, from first: Int) throws -> [Int64] {
            var batches = try source.batches(epoch: epoch, from: first)
            var all: [Int64] = []
            while let batch = try batches.next() { all += batch.id.values(Int64.self) }
            return all
        }
        let all = try ids(2, from: 0)
        #expect(source.sampleCount == 2500 && all.sorted() == Array(0..<2500))
        #expect(try ids(2, from: 11) == Array(all[1100...]))
    }

    @Test func `an empty table and an ended epoch are answered`() throws {
        let shuffle = try TableShuffle(table(rows: 100), where: Filter.column("id") < 0, seed: 1)
        #expect(try shuffle.epoch(0).count == 0)
        let other = try TableShuffle(table(rows: 100), seed: 1)
        let old = try other.epoch(0)
        _ = try other.epoch(1)
        #expect(message { _ = try old.batch(from: 0, count: 1) }.hasSuffix("another epoch was drawn since"))
        #expect(message { _ = try other.epoch(2).batch(from: 90, count: 20) }.hasSuffix("rows 90 to 110 of 100"))
    }
}
