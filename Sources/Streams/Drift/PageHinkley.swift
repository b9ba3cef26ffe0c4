/// The Page–Hinkley test: sums of deviations from the running mean, in both directions.
///
///     up_t   = α · up_{t−1}   + (x_t − x̄_t) − δ        alarm when up_t − min up   > λ
///     down_t = α · down_{t−1} + (x_t − x̄_t) + δ        alarm when max down − down_t > λ
///
/// After an alarm everything begins anew with the next value. Gives the alarms of River 0.26.
///
/// Page: Continuous inspection schemes (Biometrika 1954).
public struct PageHinkley: DriftDetector {
    /// Which changes count.
    public enum Direction: UInt8, Sendable { case up, down, both }

    public static let name = "page-hinkley"
    /// Values before the first alarm is possible.
    public let warmUp: Int
    /// δ: what a deviation has to exceed to count, in units of the values.
    public let tolerance: Double
    /// λ: the alarm's threshold, in units of the values.
    public let threshold: Double
    /// α: what is left of the sums after each value.
    public let retention: Double
    public let direction: Direction
    public private(set) var refused = 0

    private var mean = RunningMean()
    private var up = 0.0, down = 0.0
    private var lowest = Double.infinity, highest = -1.0
    private var restarts = false

    public init(
        threshold: Double = 50, tolerance: Double = 0.005, retention: Double = 0.9999, warmUp: Int = 30, direction: Direction = .both
    ) {
        precondition(
            threshold > 0 && retention > 0 && retention <= 1 && warmUp >= 0, "PageHinkley: threshold, retention or warmUp out of range")
        self.threshold = threshold
        self.tolerance = tolerance
        self.retention = retention
        self.warmUp = warmUp
        self.direction = direction
    }

    public mutating func on(_ value: Double) -> DriftState {
        guard value.isFinite else {
            refused += 1
            return .stable
        }
        if restarts { restart() }
        mean.add(value)
        let deviation = value - mean.mean
        up = retention * up + deviation - tolerance
        down = retention * down + deviation + tolerance
        lowest = min(lowest, up)
        highest = max(highest, down)
        guard mean.count >= warmUp else { return .stable }
        let rises = up - lowest > threshold, falls = highest - down > threshold
        switch direction {
        case .up: restarts = rises
        case .down: restarts = falls
        case .both: restarts = rises || falls
        }
        return restarts ? .drift : .stable
    }

    private mutating func restart() {
        mean = RunningMean()
        (up, down, lowest, highest, restarts) = (0, 0, .infinity, -1, false)
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size }
    public var memoryBytes: Int { memoryLimit }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(warmUp)
        writer.write(tolerance)
        writer.write(threshold)
        writer.write(retention)
        writer.write(direction.rawValue)
        writer.write(refused)
        writer.write(mean)
        writer.write([up, down, lowest, highest])
        writer.write(restarts)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        warmUp = try reader.count("warm-up")
        tolerance = try reader.finite("tolerance")
        threshold = try reader.finite("threshold", in: .leastNonzeroMagnitude...1e300)
        retention = try reader.finite("retention", in: .leastNonzeroMagnitude...1)
        guard let direction = Direction(rawValue: try reader.number(UInt8.self, "direction")) else {
            throw StreamError("state", "is none of 0, 1, 2", at: "direction")
        }
        self.direction = direction
        refused = try reader.count("refused")
        mean = try reader.state(RunningMean.self)
        let sums = try reader.numbers(Double.self, "sums", count: 4)
        (up, down, lowest, highest) = (sums[0], sums[1], sums[2], sums[3])
        restarts = try reader.truth("restarts")
    }
}
