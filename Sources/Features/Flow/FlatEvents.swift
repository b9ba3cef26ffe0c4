/// Events as flat rows, the columns by their places: what many events at once are handed over as.
public struct FlatEvents: Sendable {
    /// Whose each event is.
    public var devices: [String]
    /// When each happened, in microseconds since 1970.
    public var times: [Int64]
    /// Row by row, as many for each event; not-a-number where one is missing, a timestamp as microseconds since 1970.
    public var numbers: [Double]
    /// Row by row, as many for each event; nil where one is missing.
    public var texts: [String?]

    public init(devices: [String], times: [Int64], numbers: [Double], texts: [String?]) {
        self.devices = devices
        self.times = times
        self.numbers = numbers
        self.texts = texts
    }

    public var count: Int { times.count }
}
