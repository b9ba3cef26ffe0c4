public import Learning

/// A source whose batches are made ahead by threads of their own, in the order and with the bits of the source.
public struct PrefetchedSource<Base: BatchSource & Sendable>: BatchSource, Sendable {
    public let base: Base
    public let threads: Int
    public let ahead: Int

    public var sampleCount: Int { base.sampleCount }
    public var batchSize: Int { base.batchSize }

    public func batches(epoch: Int, from first: Int) throws -> any BatchIterator {
        if let host = base as? any HostSource {
            let plan = try host.epoch(epoch)
            return Prefetcher(threads: threads, ahead: ahead, first: first, count: plan.batchCount) { try plan.batch($0).batch }
        }
        // A source that only knows one batch after the other keeps one thread busy.
        let rest = Sequence(try base.batches(epoch: epoch, from: first))
        return Prefetcher(threads: 1, ahead: ahead, first: first, count: Int.max) { _ in try rest.next() }
    }

    /// `@unchecked Sendable`: only the one loader thread calls it.
    private final class Sequence: @unchecked Sendable {
        private var iterator: any BatchIterator
        init(_ iterator: any BatchIterator) { self.iterator = iterator }
        func next() throws -> Batch? { try iterator.next() }
    }
}

extension BatchSource where Self: Sendable {
    /// Makes batches ahead on threads, so that the step does not wait for them.
    ///
    /// The batches and their order do not depend on the threads. An error is thrown where its batch would have come. An iterator that is
    /// dropped in the middle of an epoch stops and joins its threads.
    /// - Parameter threads: one for up to four processors, then a quarter of them, by default.
    /// - Parameter ahead: batches that may wait; at least one for each thread.
    public func prefetched(threads: Int? = nil, ahead: Int = 4) -> PrefetchedSource<Self> {
        let threads = max(1, threads ?? Prefetcher.processors / 4)
        return PrefetchedSource(base: self, threads: threads, ahead: max(threads, ahead))
    }
}
