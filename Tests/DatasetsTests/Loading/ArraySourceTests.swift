import Datasets
import Engine
import Learning
import Testing

@Suite("ArraySource") struct ArraySourceTests {
    private let samples = Samples([
        "x": HostArray((0..<10).flatMap { [Float($0), Float($0) * 10] }, [10, 2]), "y": HostArray((0..<10).map(Int32.init), [10]),
    ])

    private func rest(_ source: any BatchSource, epoch: Int, from: Int = 0) throws -> [[Int32]] {
        var iterator = try source.batches(epoch: epoch, from: from)
        var rows: [[Int32]] = []
        while let batch = try iterator.next() {
            let y = batch.y.values(Int32.self)
            #expect(batch.x.values(Float.self) == y.flatMap { [Float($0), Float($0) * 10] })
            rows.append(y)
        }
        return rows
    }

    @Test func `an epoch shows every sample once and the last batch is shorter`() throws {
        let rows = try rest(samples.shuffled(batch: 4, seed: 3), epoch: 0)
        #expect(rows.map(\.count) == [4, 4, 2])
        #expect(rows.flatMap { $0 }.sorted() == Array(0..<10))
        #expect(rows.flatMap { $0 } != Array(0..<10))
    }

    @Test func `the order is a function of seed and epoch`() throws {
        let source = samples.shuffled(batch: 4, seed: 3)
        #expect(try rest(source, epoch: 1) == rest(samples.shuffled(batch: 4, seed: 3), epoch: 1))
        #expect(try rest(source, epoch: 1) != rest(source, epoch: 2))
        #expect(try rest(source, epoch: 1) != rest(samples.shuffled(batch: 4, seed: 4), epoch: 1))
    }

    @Test func `a run continued at a batch sees the rest of the epoch`() throws {
        let source = samples.shuffled(batch: 3, seed: 9)
        for first in 0...4 { #expect(try rest(source, epoch: 5, from: first) == Array(rest(source, epoch: 5).dropFirst(first))) }
    }

    @Test func `without the last batch every batch is full`() throws {
        let source = samples.shuffled(batch: 4, seed: 3, dropLast: true)
        #expect(source.sampleCount == 8)
        #expect(source.batchCount == 2)
        #expect(try rest(source, epoch: 0).map(\.count) == [4, 4])
    }

    @Test func `evaluation takes the stored order`() throws {
        #expect(try rest(samples.inOrder(batch: 5), epoch: 7).flatMap { $0 } == Array(0..<10))
    }

    @Test func `permutations are uniform`() {
        // Each of the 24 orders of four samples: 12,000 draws, expected 500, five standard deviations 110.
        var counts: [[Int]: Int] = [:]
        for epoch in 0..<12_000 { counts[SampleOrder.shuffled(seed: 11).order(of: 4, epoch: epoch), default: 0] += 1 }
        #expect(counts.count == 24)
        #expect(counts.values.allSatisfy { abs($0 - 500) < 110 })
    }

    @Test func `a changed copy leaves the original and its tensor alone`() {
        let original = HostArray([1, 2, 3] as [Float], [3])
        let tensor = original.tensor
        var copy = original
        copy.withMutableElements(of: Float.self) { $0[0] = 9 }
        #expect(original.values(Float.self) == [1, 2, 3])
        #expect(tensor.values(Float.self) == [1, 2, 3])
        #expect(copy.values(Float.self) == [9, 2, 3])
    }

    @Test func `a random part and the rest are all samples`() {
        let (rest, part) = samples.split(0.3, seed: 1)
        #expect(part.count == 3)
        #expect((rest["y"].values(Int32.self) + part["y"].values(Int32.self)).sorted() == Array(0..<10))
    }
}
