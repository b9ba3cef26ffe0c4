/// A fault of a sensor: which one, since when, how much, and what would have been normal.
public struct Alarm: Hashable, Sendable {
    /// The languages of `text(in:)`.
    public enum Language: String, Sendable, CaseIterable { case english, chinese }

    public let sensor: Sensor
    public let kind: FaultKind
    /// When the fault began, in microseconds since 1970.
    public let onset: Int64
    /// When the alarm was raised, in microseconds since 1970.
    public let raised: Int64
    /// The sensor's last reading.
    public let reading: Double
    /// What it would have been without the fault.
    public let normal: Double
    /// How often a reading of this stream raises an alarm though nothing is wrong, as estimated on its normal rows.
    public let falseAlarmRate: Double

    public init(sensor: Sensor, kind: FaultKind, onset: Int64, raised: Int64, reading: Double, normal: Double, falseAlarmRate: Double) {
        self.sensor = sensor
        self.kind = kind
        self.onset = onset
        self.raised = raised
        self.reading = reading
        self.normal = normal
        self.falseAlarmRate = falseAlarmRate
    }
}
