/// What a detector says after an event.
public enum DriftState: UInt8, Sendable, Hashable {
    case stable
    /// A change may be under way.
    case warning
    /// The stream has changed.
    case drift
}

extension DriftState: StreamState {
    public func write(to writer: inout StateWriter) { writer.write(rawValue) }

    public init(from reader: inout StateReader) throws {
        let found = try reader.number(UInt8.self, "drift")
        guard let state = Self(rawValue: found) else { throw StreamError("state", "\(found) is none of 0, 1, 2", at: "drift") }
        self = state
    }
}
