/// What a watcher has noticed: a change of the stream, an unusual event, a sensor at fault.
public struct Finding: Sendable, Hashable {
    public enum Kind: UInt8, Sendable, Hashable { case alarm, drift, warning }

    public let kind: Kind
    /// The watcher's name.
    public let watcher: String
    /// Whose event it was found at, when that happened, and where it stood in its source.
    public let device: String
    public let time: Int64
    public let place: SourcePlace
    /// What is at fault or has changed: a column, `score`, `answer`.
    public var subject: String
    /// What was seen, and what would have been normal; nil where nobody can say.
    public var value: Double?
    public var normal: Double?
    /// When it began, in microseconds since 1970; nil where it is not known.
    public var since: Int64?
    /// Alarms per event that are false, as stated or estimated; nil where nobody can say.
    public var falseAlarmRate: Double?
    /// The fault, where it is one of a sensor.
    public var fault: Alarm?

    public init(
        _ kind: Kind, by watcher: String, device: String, time: Int64, place: SourcePlace, subject: String, value: Double? = nil,
        normal: Double? = nil, since: Int64? = nil, falseAlarmRate: Double? = nil, fault: Alarm? = nil
    ) {
        self.kind = kind
        self.watcher = watcher
        self.device = device
        self.time = time
        self.place = place
        self.subject = subject
        self.value = value
        self.normal = normal
        self.since = since
        self.falseAlarmRate = falseAlarmRate
        self.fault = fault
    }
}
