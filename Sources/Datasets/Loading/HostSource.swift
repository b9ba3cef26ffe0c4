public import Learning

/// A source whose batches can be made in any order and by any thread: what augmentation and the prefetching loader stand on.
public protocol HostSource: BatchSource, Sendable {
    /// One pass over the data; what a pass needs once, such as the order of the samples, is made here.
    func epoch(_ number: Int) throws -> any HostEpoch
}

/// The batches of one pass by number. Called by several threads at once.
public protocol HostEpoch: Sendable {
    var batchCount: Int { get }
    /// The batch of that number, `0 ..< batchCount`: the same bits every time.
    func batch(_ number: Int) throws -> HostBatch
}

extension HostSource {
    public func batches(epoch: Int, from first: Int) throws -> any BatchIterator {
        HostIterator(epoch: try self.epoch(epoch), number: first)
    }

    /// All batches of an epoch, made when they are asked for, for loops in code.
    public func batches(epoch: Int) throws -> [HostBatch] {
        let plan = try self.epoch(epoch)
        return try (0..<plan.batchCount).map(plan.batch)
    }
}

/// Makes each batch when it is asked for, on the caller's thread.
struct HostIterator: BatchIterator {
    let epoch: any HostEpoch
    var number: Int

    mutating func next() throws -> Batch? {
        guard number < epoch.batchCount else { return nil }
        defer { number += 1 }
        return try epoch.batch(number).batch
    }
}
