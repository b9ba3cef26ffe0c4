/// Makes alarms of scores: one when the score reaches the threshold, then none for `rest` events.
public struct Refractory: StreamState, Sendable {
    public let threshold: Double
    /// Events after an alarm in which there is no other.
    public let rest: Int
    private var left = 0

    public init(threshold: Double, rest: Int) {
        precondition(!threshold.isNaN && rest >= 0, "Refractory: threshold or rest out of range")
        self.threshold = threshold
        self.rest = rest
    }

    /// Whether this score raises an alarm.
    public mutating func on(_ score: Double) -> Bool {
        if left > 0 { left -= 1 }
        guard left == 0, score >= threshold else { return false }
        left = rest
        return true
    }

    public static let name = "refractory"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(threshold)
        writer.write(rest)
        writer.write(left)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        threshold = try reader.finite("threshold")
        rest = try reader.count("rest")
        left = try reader.int("left", in: 0...rest)
    }
}
