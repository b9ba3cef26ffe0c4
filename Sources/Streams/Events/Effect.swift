public import Formats

/// Something that a pipeline tells the world: an alarm, a letter that could not be read, a new version.
///
/// After a kill some effects come a second time; they are known by their key and equal in all else.
public struct Effect: Sendable, Hashable {
    public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        /// What the model answered; a batch has them as flat rows.
        case answer
        /// A sensor at fault, an unusual event.
        case alarm
        /// The stream has changed.
        case drift
        /// An event that cannot be used, with the reason.
        case deadLetter
        /// An event that came too late, where such events are to be kept.
        case late
        /// A window that has closed.
        case window
        /// What a learner did.
        case learning
        /// Another model answers from now on.
        case version

        /// As it is written: `deadLetter` is `dead-letter`.
        public var name: String { self == .deadLetter ? "dead-letter" : "\(self)" }
    }

    /// What tells an effect from all others of its pipeline: the event that caused it, its kind, and its number among those of this kind.
    public struct Key: Sendable, Hashable, Comparable, CustomStringConvertible {
        public let place: SourcePlace
        public let kind: Kind
        public let ordinal: UInt32

        public init(_ place: SourcePlace, _ kind: Kind, _ ordinal: UInt32 = 0) {
            self.place = place
            self.kind = kind
            self.ordinal = ordinal
        }

        public static func < (a: Self, b: Self) -> Bool {
            (a.place, a.kind.rawValue, a.ordinal) < (b.place, b.kind.rawValue, b.ordinal)
        }

        /// `part/offset/kind/ordinal`
        public var description: String { "\(place.part)/\(place.offset)/\(kind.name)/\(ordinal)" }
    }

    public let key: Key
    /// Whose event caused it.
    public let device: String
    /// When that event happened, in microseconds since 1970.
    public let time: Int64
    public let content: JSON

    public init(_ key: Key, device: String, time: Int64, _ content: JSON) {
        self.key = key
        self.device = device
        self.time = time
        self.content = content
    }
}
