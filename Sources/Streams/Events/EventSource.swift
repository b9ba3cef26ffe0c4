/// Where events come from: a broker, a file, the standard input.
///
/// One thread reads. A source that can be read again continues behind any position it has ever had.
public protocol EventSource: AnyObject {
    var schema: EventSchema { get }

    /// Behind the last event that was read.
    var position: SourcePosition { get }

    /// Continues behind a position.
    ///
    /// - Throws: `StreamError` where events behind it are gone.
    func seek(to position: SourcePosition) throws

    /// Appends at most `limit` events.
    ///
    /// - Parameter wait: how long to wait for the first one, in seconds.
    func read(into batch: inout EventBatch, limit: Int, wait: Double) throws -> SourceState

    /// Takes out what came since the last call and was no event.
    ///
    /// Their places are behind those of the events read before them, and `position` has passed them.
    func takeDeadLetters() -> [DeadLetter]

    /// How many events are known to be waiting; nil where nobody knows, as with a file that is read as fast as possible.
    var waiting: Int? { get }

    /// Nobody will go back behind this position any more: a checkpoint that lies there is on the disk.
    func release(before position: SourcePosition) throws
}

extension EventSource {
    public func takeDeadLetters() -> [DeadLetter] { [] }
    public var waiting: Int? { nil }
    public func release(before position: SourcePosition) throws {}
}

public enum SourceState: Sendable, Hashable {
    /// There may be more at once.
    case more
    /// Nothing is there at the moment.
    case idle
    /// There will never be more.
    case ended
}

/// How far a source has been read: behind which offset, for each of its parts.
public struct SourcePosition: Hashable, Sendable, StreamState {
    /// The next offset by part.
    public private(set) var next: [Int32: UInt64] = [:]

    /// Most parts of a source.
    public static let most = 1 << 16

    public init() {}

    /// Moves behind this place.
    public mutating func pass(_ place: SourcePlace) { next[place.part] = max(next[place.part] ?? 0, place.offset + 1) }

    /// Whether this place has been passed.
    public func hasPassed(_ place: SourcePlace) -> Bool { place.offset < next[place.part] ?? 0 }

    public func write(to writer: inout StateWriter) {
        writer.begin("position")
        writer.write(next.count)
        for (part, offset) in next.sorted(by: { $0.key < $1.key }) {
            writer.write(part)
            writer.write(offset)
        }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin("position")
        for _ in 0..<(try reader.int("parts", in: 0...Self.most)) {
            let part = try reader.number(Int32.self, "part"), offset = try reader.number(UInt64.self, "offset")
            try reader.require(next.updateValue(offset, forKey: part) == nil, "part", "comes twice")
        }
    }
}
