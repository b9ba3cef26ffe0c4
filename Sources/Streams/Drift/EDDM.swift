/// The early drift detection method for errors: it watches the distance between two errors, 0 for a right answer, 1 for a wrong one.
///
/// With the mean p′ and the deviation s′ of the distances, and the greatest p′ + 2 s′ so far:
///
///     ratio = (p′ + 2 s′) / max(p′ + 2 s′),    warning when ratio < 0.95,    drift when ratio < 0.9
///
/// After an alarm everything begins anew with the next value. Gives the alarms and warnings of River 0.26.
///
/// Baena-García and others: Early drift detection method (IWKDDS 2006).
public struct EDDM: DriftDetector {
    public static let name = "eddm"
    /// Values, and errors, before the first alarm is possible.
    public let warmUp: Int
    /// The ratio below which a warning begins.
    public let warningRatio: Double
    /// The ratio below which a drift begins.
    public let driftRatio: Double
    public private(set) var refused = 0

    private var distances = RunningMean()
    private var count = 0, lastError = 0
    private var greatest = -1.0
    private var state = DriftState.stable

    public init(warningRatio: Double = 0.95, driftRatio: Double = 0.9, warmUp: Int = 30) {
        precondition(warningRatio >= driftRatio && warmUp >= 0, "EDDM: warningRatio is below driftRatio, or warmUp is negative")
        self.warningRatio = warningRatio
        self.driftRatio = driftRatio
        self.warmUp = warmUp
    }

    /// - Parameter value: 0 or 1; anything else is refused.
    public mutating func on(_ value: Double) -> DriftState {
        guard value == 0 || value == 1 else {
            refused += 1
            return state == .warning ? .warning : .stable
        }
        if state == .drift { (distances, count, lastError, greatest, state) = (RunningMean(), 0, 0, -1, .stable) }
        count += 1
        guard value == 1 else { return state }
        distances.add(Double(count - lastError))
        lastError = count
        guard count > warmUp else { return state }
        let reach = distances.mean + 2 * distances.variance.squareRoot()
        if reach > greatest {
            greatest = reach
        } else if distances.count > warmUp {
            let ratio = reach / greatest
            state = ratio < driftRatio ? .drift : ratio < warningRatio ? .warning : .stable
        }
        return state
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size }
    public var memoryBytes: Int { memoryLimit }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(warmUp)
        writer.write(warningRatio)
        writer.write(driftRatio)
        writer.write(refused)
        writer.write(distances)
        writer.write(count)
        writer.write(lastError)
        writer.write(greatest)
        writer.write(state)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        warmUp = try reader.count("warm-up")
        warningRatio = try reader.finite("warning ratio")
        driftRatio = try reader.finite("drift ratio")
        try reader.require(warningRatio >= driftRatio, "warning ratio", "is below the drift ratio")
        refused = try reader.count("refused")
        distances = try reader.state(RunningMean.self)
        count = try reader.count("count")
        lastError = try reader.int("last error", in: 0...count)
        greatest = try reader.number(Double.self, "greatest")
        state = try reader.state(DriftState.self)
    }
}
