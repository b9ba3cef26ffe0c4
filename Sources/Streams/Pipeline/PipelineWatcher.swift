/// Looks at all that passes through a pipeline and says what is wrong with it.
///
/// However the stream is cut into segments, the findings and the state after the last event are the same.
public protocol PipelineWatcher: CheckpointPart {
    mutating func on(_ segment: StreamSegment) throws -> [Finding]

    /// What this watcher holds at most, in bytes, however long the stream is.
    var memoryLimit: Int { get }
}
