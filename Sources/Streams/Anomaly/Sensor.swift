/// A sensor of a station, as its alarms call it.
public struct Sensor: Hashable, Sendable {
    public let name: String
    /// The name in Simplified Chinese.
    public let chineseName: String
    /// Such as `°C`; empty for none.
    public let unit: String

    public init(_ name: String, chinese: String? = nil, unit: String = "") {
        self.name = name
        chineseName = chinese ?? name
        self.unit = unit
    }
}
