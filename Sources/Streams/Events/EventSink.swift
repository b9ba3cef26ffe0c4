/// Where the effects of a pipeline rest: a file, a store, a broker.
///
/// After a kill a pipeline goes on from its last checkpoint, so all effects behind it come again, with the same keys and contents. A sink
/// carries each key out once. At a checkpoint the pipeline calls `flush`, keeps `mark`, and, once the checkpoint is on the disk, calls
/// `settle`: no effect of before will ever come again, so its key may be forgotten.
///
/// A sink that throws is asked again with the same effects before any further event is read.
public protocol EventSink: AnyObject {
    /// For messages and for the checkpoint; different from all other sinks of a pipeline.
    var name: String { get }

    /// Carries out the effects whose keys were not there yet.
    func write(_ effects: EffectBatch) throws

    /// Returns when everything written will outlast a loss of power.
    func flush() throws

    /// What the checkpoint keeps of this sink, such as the length of a file; nothing where every key is known anyway.
    func mark() throws -> [UInt8]

    /// Begins with the mark of the checkpoint from which the pipeline goes on, or nil where it begins at the beginning.
    func resume(at mark: [UInt8]?) throws

    /// Everything before the last mark is settled.
    func settle() throws
}

extension EventSink {
    public func flush() throws {}
    public func mark() throws -> [UInt8] { [] }
    public func resume(at mark: [UInt8]?) throws {}
    public func settle() throws {}
}
