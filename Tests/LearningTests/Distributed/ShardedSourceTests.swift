import Engine
import Testing

@testable import Learning

private struct Numbers: BatchSource {
    var sampleCount: Int
    var batchSize: Int

    func batches(epoch: Int, from first: Int) throws -> any BatchIterator { Iterator(source: self, epoch: epoch, number: first) }

    struct Iterator: BatchIterator {
        let source: Numbers, epoch: Int
        var number: Int

        mutating func next() throws -> Batch? {
            let start = number * source.batchSize, end = min(source.sampleCount, start + source.batchSize)
            if start >= end { return nil }
            number += 1
            let values = (start..<end).map { Float($0 + 1000 * epoch) }
            return Batch(["x": Tensor(values.flatMap { [$0, -$0] }, [values.count, 2]), "n": Tensor(values)])
        }
    }
}

@Suite struct ShardedSourceTests {
    @Test(arguments: [(20, 8, 2), (21, 8, 3), (17, 16, 4), (30, 7, 7), (9, 4, 1)])
    func `the shares of all processes are the batches of the source`(samples: Int, batch: Int, world: Int) throws {
        let whole = Numbers(sampleCount: samples, batchSize: batch)
        for first in [0, 1] {
            var shares = try (0..<world).map { try ShardedSource(whole, rank: $0, world: world).batches(epoch: 2, from: first) }
            var batches = try whole.batches(epoch: 2, from: first)
            while let wanted = try batches.next(), wanted.count >= world {
                let found = try shares.indices.map { try #require(try shares[$0].next()) }
                #expect(found.flatMap { $0.n.values(Float.self) } == wanted.n.values(Float.self))
                #expect(found.flatMap { $0.x.values(Float.self) } == wanted.x.values(Float.self))
                let counts = found.map(\.count)
                #expect(counts.max()! - counts.min()! <= 1 && counts.min()! > 0)
            }
            for rank in shares.indices { #expect(try shares[rank].next() == nil) }
        }
    }

    @Test func `sizes are those of the whole, without a last batch that cannot be shared`() {
        let even = ShardedSource(Numbers(sampleCount: 20, batchSize: 8), rank: 1, world: 2)
        #expect(even.sampleCount == 20 && even.batchSize == 8 && even.batchCount == 3)
        let odd = ShardedSource(Numbers(sampleCount: 17, batchSize: 8), rank: 1, world: 2)
        #expect(odd.sampleCount == 16 && odd.batchCount == 2)
    }
}
