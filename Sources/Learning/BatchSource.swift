/// Where a training run gets its batches from.
///
/// The batches of an epoch are a pure function of (source, epoch): a run that is continued at batch `n` of an epoch sees the
/// same batches that the unbroken run would have seen.
public protocol BatchSource {
    /// Samples in an epoch.
    var sampleCount: Int { get }
    /// Samples in a batch; the last batch of an epoch may have fewer.
    var batchSize: Int { get }
    /// The batches of an epoch, from the batch of this number on.
    func batches(epoch: Int, from first: Int) throws -> any BatchIterator
}

extension BatchSource {
    /// Batches in an epoch.
    public var batchCount: Int { (sampleCount + batchSize - 1) / batchSize }
}

/// Batches one after the other.
public protocol BatchIterator {
    /// The next batch, or nil at the end of the epoch.
    mutating func next() throws -> Batch?
}
