import TestKit
import Testing

@testable import Engine

let gatherRows = [
    Row("gather") { x, a in [x[0].gathered(x[1], a.int("axis"))] },
    Row("scatterAdd") { x, a in [x[0].scattered(x[2], at: x[1], a.int("axis"), combining: .add)] },
    Row("takeAlong") { x, a in [x[0].takenAlong(x[1], a.int("axis"))] },
    Row("oneHot") { x, a in [x[0].oneHot(a.int("count"))] },
]

let embeddingRows = [
    Row("embedding") { x, a in [embedding(x[0], x[1])] },
    Row("embedding.padding") { x, a in [embedding(x[0], x[1], padding: a.int("padding"))] },
    Row("embeddingBag") { x, a in [embeddingBag(x[0], x[1], BagMode(rawValue: a.text("mode"))!)] },
]

@Suite struct GatherTests {
    @Test(arguments: gatherRows) func `gathers and scatters agree with reference numbers`(row: Row) throws {
        try check(row, in: "layout", among: gatherRows)
    }
    @Test(arguments: embeddingRows) func `embeddings agree with reference numbers`(row: Row) throws {
        try check(row, in: "embedding", among: embeddingRows)
    }
    @Test func `every reference case of embeddings has a row`() throws { try checkFamily("embedding", embeddingRows, cases: 11) }

    @Test func `an index outside reads not-a-number, writes nothing, and has no gradient`() throws {
        let x = Tensor([1, 2, 3] as [Float]), indices = Tensor([2, 3, -1] as [Int64])
        let y = x.gathered(indices)
        let g = try gradients(of: y.sum(), for: [x])[0]
        #expect(y.values(Float.self)[0] == 3 && y.values(Float.self)[1].isNaN && y.values(Float.self)[2].isNaN)
        #expect(Tensor([1, 2, 3] as [Int32]).takenAlong(indices, 0).values(Int32.self) == [3, 0, 0])
        let updates = Tensor([10, 20, 30] as [Float])
        #expect(x.scattered(updates, at: indices).values(Float.self) == [1, 2, 10])
        #expect(g.values(Float.self) == [0, 0, 1])
        #expect(
            try gradients(of: x.scattered(updates, at: indices, combining: .add).sum(), for: [updates])[0].values(Float.self) == [1, 0, 0])
        #expect(indices.oneHot(3).values(Float.self) == [0, 0, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test func `gradients of every way of combining agree with finite differences`() throws {
        let rows = Tensor([2, 0, 2, 1] as [Int32])
        let along = Tensor([2, 0, 1, 1, 2, 0] as [Int64], [2, 3])
        for combining in Combining.allCases where combining != .set {
            let orders = combining == .add ? 2 : 1
            try checkGradients("\(combining)", at: [samples([3, 2]), samples([4, 2], seed: 5)], orders: orders) { x in
                [x[0].scattered(x[1], at: rows, combining: combining).square()]
            }
            try checkGradients("\(combining) along", at: [samples([3, 3]), samples([2, 3], seed: 5)], orders: orders) { x in
                [x[0].scatteredAlong(x[1], at: along, 0, combining: combining).square()]
            }
        }
        try checkGradients("set", at: [samples([3, 2]), samples([2, 2], seed: 5)]) { x in
            [x[0].scattered(x[1], at: Tensor([2, 0] as [Int32])).square()]
        }
        try checkGradients("gather", at: [samples([2, 4, 3])]) { x in
            [x[0].gathered(rows, 1).square().sum([1], keep: true) * x[0].takenAlong(along.reshaped(2, 1, 3), 1)]
        }
    }

    @Test func `a large table's gradient does not depend on threads or shards`() throws {
        let table = samples([3000, 64], as: .f32), ids = Tensor.input("ids", [8, 32], .i32)
        let loss = embedding(table, ids).square().sum()
        let g = try gradients(of: loss, for: [table])[0]
        let values = Tensor((0..<256).map { Int32($0 * $0 % 2999) }, [8, 32])
        var results: [[Float]] = []
        for (shards, threads) in [(1, 1), (2, 2), (4, 1)] {
            let session = try Session(try Program(inputs: [ids], outputs: [g], options: .init(shards: shards)), threads: threads)
            results.append(session.run([values])[0].values(Float.self))
        }
        #expect(results[0] == results[1] && results[1] == results[2])
    }
}
