/// The drift detection method for errors: 0 for a right answer, 1 for a wrong one.
///
/// With the error rate p over n answers and s = √(p (1 − p) / n), and their values p_min, s_min where p + s was least:
///
///     warning when p + s > p_min + 2 s_min,    drift when p + s > p_min + 3 s_min
///
/// After an alarm everything begins anew with the next value. Gives the alarms and warnings of River 0.26.
///
/// Gama, Medas, Castillo, Rodrigues: Learning with drift detection (SBIA 2004).
public struct DDM: DriftDetector {
    public static let name = "ddm"
    /// Values before the first alarm is possible.
    public let warmUp: Int
    /// How many s_min above p_min a warning begins.
    public let warningLevel: Double
    /// How many s_min above p_min a drift begins.
    public let driftLevel: Double
    public private(set) var refused = 0

    private var errors = RunningMean()
    private var leastRate = Double.infinity, leastDeviation = 0.0
    private var state = DriftState.stable

    public init(warningLevel: Double = 2, driftLevel: Double = 3, warmUp: Int = 30) {
        precondition(warningLevel >= 0 && driftLevel >= 0 && warmUp >= 0, "DDM: levels and warmUp must not be negative")
        self.warningLevel = warningLevel
        self.driftLevel = driftLevel
        self.warmUp = warmUp
    }

    /// - Parameter value: 0 or 1; anything else is refused.
    public mutating func on(_ value: Double) -> DriftState {
        guard value == 0 || value == 1 else {
            refused += 1
            return state == .warning ? .warning : .stable
        }
        if state == .drift { (errors, leastRate, leastDeviation, state) = (RunningMean(), .infinity, 0, .stable) }
        errors.add(value)
        guard errors.count > warmUp else { return state }
        let rate = errors.mean
        let deviation = max(0, rate * (1 - rate) / Double(errors.count)).squareRoot()
        if rate + deviation <= leastRate + leastDeviation { (leastRate, leastDeviation) = (rate, deviation) }
        if rate + deviation > leastRate + driftLevel * leastDeviation {
            state = .drift
        } else {
            state = rate + deviation > leastRate + warningLevel * leastDeviation ? .warning : .stable
        }
        return state
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size }
    public var memoryBytes: Int { memoryLimit }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(warmUp)
        writer.write(warningLevel)
        writer.write(driftLevel)
        writer.write(refused)
        writer.write(errors)
        writer.write([leastRate, leastDeviation])
        writer.write(state)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        warmUp = try reader.count("warm-up")
        warningLevel = try reader.finite("warning level", in: 0...1e300)
        driftLevel = try reader.finite("drift level", in: 0...1e300)
        refused = try reader.count("refused")
        errors = try reader.state(RunningMean.self)
        let least = try reader.numbers(Double.self, "least", count: 2)
        (leastRate, leastDeviation) = (least[0], least[1])
        state = try reader.state(DriftState.self)
    }
}
