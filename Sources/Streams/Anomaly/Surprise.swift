/// How large a number that is never negative (a distance, an error) is beside those before it.
///
///     s_t = d_t / (max(peak, mean + κ · deviation) + floor),   at most `limit`
///
/// `peak` is the largest number so far and fades by `retention` at every step; mean and deviation are exponential averages of the same
/// memory. Around 1 the number is as large as the largest that was usual. 0 while fewer than `warmUp` numbers were seen.
public struct Surprise: StreamState, Sendable {
    /// What is left of the peak after each number.
    public let retention: Double
    /// κ: deviations above the mean that are usual whatever the peak; what keeps plain noise from being surprising.
    public let deviations: Double
    public let warmUp: Int
    public let limit: Double

    public private(set) var count = 0
    private var peak = 0.0, mean = 0.0, variance = 0.0

    public init(retention: Double = 0.9995, deviations: Double = 4, warmUp: Int = 150, limit: Double = 5) {
        precondition(
            retention > 0 && retention < 1 && deviations >= 0 && warmUp >= 0 && limit > 0,
            "Surprise: retention \(retention), deviations \(deviations), warmUp \(warmUp) or limit \(limit) out of range")
        self.retention = retention
        self.deviations = deviations
        self.warmUp = warmUp
        self.limit = limit
    }

    /// The surprise of `number`; `floor`, in its units, is what is never worth an alarm.
    public mutating func on(_ number: Double, floor: Double) -> Double {
        var surprise = 0.0
        if count >= warmUp {
            let usual = max(peak, mean + deviations * max(variance, 0).squareRoot()) + floor
            surprise = usual > 0 ? min(limit, number / usual) : number > 0 ? limit : 0
        }
        count += 1
        let weight = max(1 - retention, 1 / Double(count))
        let error = number - mean
        mean += weight * error
        variance = (1 - weight) * (variance + weight * error * error)
        peak = max(peak * retention, number)
        return surprise
    }

    public static let name = "surprise"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write([retention, deviations, limit, peak, mean, variance])
        writer.write(warmUp)
        writer.write(count)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let numbers = try reader.finite("numbers", count: 6)
        (retention, deviations, limit, peak, mean, variance) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
        warmUp = try reader.count("warm-up")
        count = try reader.count("count")
        try reader.require(
            retention > 0 && retention < 1 && deviations >= 0 && limit > 0 && peak >= 0 && mean >= 0 && variance >= 0, "numbers",
            "are out of range")
    }
}
