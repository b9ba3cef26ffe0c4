/// How fields of messages become columns, devices and times.
public struct PayloadSettings: Hashable, Sendable {
    /// What happens to a field that the schema does not have.
    public enum Unknown: String, Hashable, Sendable, CaseIterable {
        case ignored
        /// The message is refused, and with it what a misspelt column would lose.
        case refused
    }

    /// The field that says whose the event is, by its dotted name; nil: the message's origin says it.
    public var deviceField: String?
    /// The field that says when the event happened, by its dotted name; nil: the time of arrival counts.
    public var timeField: String?
    /// The unit of times that are numbers; texts are ISO 8601. Nil: the format's own, seconds where it has none.
    public var timeUnit: EpochUnit?
    public var unknown: Unknown
    /// Bytes of a message.
    public var mostBytes: Int
    /// Objects and arrays inside of each other.
    public var mostDepth: Int

    /// Most events of a message.
    public static let mostEvents = 65_535

    public init(
        deviceField: String? = nil, timeField: String? = nil, timeUnit: EpochUnit? = nil, unknown: Unknown = .ignored,
        mostBytes: Int = 16 << 20, mostDepth: Int = 32
    ) {
        self.deviceField = deviceField
        self.timeField = timeField
        self.timeUnit = timeUnit
        self.unknown = unknown
        self.mostBytes = mostBytes
        self.mostDepth = mostDepth
    }
}
