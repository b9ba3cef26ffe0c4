/// A part of a pipeline that its checkpoint holds: a detector, a learner, the windows.
///
/// Other than a `StreamState`, a part need not be made of bytes alone: it is set up as it was at the beginning and then takes its state
/// back, so it may hold a compiled graph or a session. What is read comes from outside and is checked; a part that throws is not used.
public protocol CheckpointPart {
    /// Under which name the checkpoint keeps it; different from all others in a pipeline.
    var partName: String { get }

    func save(to writer: inout StateWriter) throws

    /// Takes back what `save` wrote.
    ///
    /// - Throws: if the bytes are no state of a part set up like this one.
    mutating func restore(from reader: inout StateReader) throws
}

extension CheckpointPart where Self: StreamState {
    public func save(to writer: inout StateWriter) { write(to: &writer) }
    public mutating func restore(from reader: inout StateReader) throws { self = try Self(from: &reader) }
}

extension CheckpointPart {
    /// The bytes of this part alone.
    public func savedBytes() throws -> [UInt8] {
        var writer = StateWriter()
        try save(to: &writer)
        return writer.bytes
    }

    /// Takes back the bytes of `savedBytes`, all of them.
    public mutating func restore(bytes: [UInt8]) throws {
        var reader = StateReader(bytes)
        try restore(from: &reader)
        try reader.end()
    }
}
