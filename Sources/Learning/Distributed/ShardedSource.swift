internal import Engine

/// One process's share of every batch of a source, for training over several processes.
///
/// The batches and their order are those of the source; of the `n` samples of a batch, process `r` of `w` takes the samples from
/// `n·r/w` up to `n·(r+1)/w`. Sizes are those of the whole: `sampleCount` and `batchSize` count the samples of all processes, so that a
/// run may be continued by another number of them. Each process loads the whole batch and drops the others' samples. A last batch with
/// fewer samples than processes is left out.
public struct ShardedSource: BatchSource {
    private let source: any BatchSource
    private let rank: Int
    private let world: Int

    /// - Parameter source: the same in all processes.
    public init(_ source: some BatchSource, rank: Int, world: Int) {
        if world < 1 || !(0..<world).contains(rank) || source.batchSize < world {
            trap(
                LearningError("sharded source", "process \(rank) of \(world) cannot share batches of \(source.batchSize) samples")
            )
        }
        self.source = source
        self.rank = rank
        self.world = world
    }

    public init(_ source: some BatchSource, _ group: ProcessGroup) { self.init(source, rank: group.rank, world: group.world) }

    public var batchSize: Int { source.batchSize }
    public var sampleCount: Int {
        let rest = source.sampleCount % source.batchSize
        return rest < world ? source.sampleCount - rest : source.sampleCount
    }

    public func batches(epoch: Int, from first: Int) throws -> any BatchIterator {
        Iterator(batches: try source.batches(epoch: epoch, from: first), rank: rank, world: world)
    }

    private struct Iterator: BatchIterator {
        var batches: any BatchIterator
        let rank: Int
        let world: Int

        mutating func next() throws -> Batch? {
            while let batch = try batches.next() {
                if batch.count < world { continue }
                let share = batch.count * rank / world..<batch.count * (rank + 1) / world
                return Batch(names: batch.names, tensors: batch.tensors.map { $0.sliced(share, 0) })
            }
            return nil
        }
    }
}
