import Testing

@testable import Engine

@Suite struct GatherTests {
    @Test func `gathers and scatters give the golden numbers`() throws {
        try SequenceRows("layout", ["gather", "scatterAdd", "takeAlong", "oneHot"]).check(expected: 12) { row in
            let x = row.inputs[0]
            switch row.name.split(separator: ".")[0] {
            case "gather": return [x.gathered(row.inputs[1], row.integer("axis"))]
            case "scatterAdd": return [x.scattered(row.inputs[2], at: row.inputs[1], row.integer("axis"), combining: .add)]
            case "takeAlong": return [x.takenAlong(row.inputs[1], row.integer("axis"))]
            default: return [x.oneHot(row.integer("count"))]
            }
        }
    }

    @Test func `embeddings give the golden numbers`() throws {
        let rows = try SequenceRows("embedding", ["embedding", "embeddingBag"])
        try rows.check(expected: 11) { row in
            if row.name.hasPrefix("embeddingBag") { return [embeddingBag(row.inputs[0], row.inputs[1], BagMode(rawValue: row.text("mode"))!)] }
            return [embedding(row.inputs[0], row.inputs[1], padding: row.attributes["padding"] as? Int)]
        }
    }

    @Test func `an index outside reads not-a-number, writes nothing, and has no gradient`() throws {
        let x = Tensor([1, 2, 3] as [Float]), indices = Tensor([2, 3, -1] as [Int64])
        let y = x.gathered(indices)
        let g = try gradients(of: y.sum(), for: [x])[0]
        #expect(y.values(Float.self)[0] == 3 && y.values(Float.self)[1].isNaN && y.values(Float.self)[2].isNaN)
        #expect(Tensor([1, 2, 3] as [Int32]).takenAlong(indices, 0).values(Int32.self) == [3, 0, 0])
        let updates = Tensor([10, 20, 30] as [Float])
        #expect(x.scattered(updates, at: indices).values(Float.self) == [1, 2, 10])
        #expect(g.values(Float.self) == [0, 0, 1])
        #expect(try gradients(of: x.scattered(updates, at: indices, combining: .add).sum(), for: [updates])[0].values(Float.self) == [1, 0, 0])
        #expect(indices.oneHot(3).values(Float.self) == [0, 0, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test func `gradients of every way of combining agree with finite differences`() throws {
        let rows = Tensor([2, 0, 2, 1] as [Int32])
        let along = Tensor([2, 0, 1, 1, 2, 0] as [Int64], [2, 3])
        for combining in Combining.allCases where combining != .set {
            try expectGradients([scattered([3, 2]), scattered([4, 2], seed: 5)], "\(combining)") { x in
                (x[0].scattered(x[1], at: rows, combining: combining).square() * scattered([3, 2], seed: 9)).sum()
            }
            try expectGradients([scattered([3, 3]), scattered([2, 3], seed: 5)], "\(combining) along") { x in
                (x[0].scatteredAlong(x[1], at: along, 0, combining: combining).square() * scattered([3, 3], seed: 9)).sum()
            }
        }
        try expectGradients([scattered([3, 2]), scattered([2, 2], seed: 5)], "set") { x in
            (x[0].scattered(x[1], at: Tensor([2, 0] as [Int32])).square() * scattered([3, 2], seed: 9)).sum()
        }
        try expectGradients([scattered([2, 4, 3])], "second order") { x in
            let inner = (x[0].gathered(rows, 1).square() * x[0].takenAlong(along.reshaped(2, 1, 3), 1)).sum()
            return try! gradients(of: inner, for: [x[0]])[0].square().sum()
        }
    }

    @Test func `a large table's gradient does not depend on threads or shards`() throws {
        let table = scattered([3000, 64], .f32), ids = Tensor.input("ids", [8, 32], .i32)
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
