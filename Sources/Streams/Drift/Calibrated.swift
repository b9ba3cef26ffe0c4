/// A detector that chooses its own threshold on a reference part of the very stream, to a stated rate of false alarms.
///
/// The first `referenceLength` values are the reference. From them on a set of charts of cumulative log-likelihood ratios watches for
/// shifts of the mean by ¼ to 2 deviations and for deviations of half to three times the reference's; of right and wrong answers, for changes
/// of the odds by 1.5 to 4.5 times. The threshold comes from a bootstrap of the reference in blocks, so it holds for skewed, heavy-tailed and
/// correlated values as well; the uncertainty of the reference itself is in it. Until the reference is complete everything is stable; while
/// nothing happens afterwards, the charts go on learning what is usual, over ten times the reference's length at most.
///
///     var detector = Calibrated(falseAlarms: 1 / 10_000)
///     for error in errors where detector.on(error) == .drift { … }
///
/// Memory: the reference while it is collected, 14 sums afterwards. Time: 14 exponentials per event; once, for the calibration, about a
/// million additions per chart.
///
/// Lorden, Eisenberger: Detection of failure rate increases (Technometrics 1973).
public struct Calibrated: DriftDetector {
    public static let name = "calibrated"
    public private(set) var refused = 0
    private var watch: ReferenceWatch<NumberStatistics>
    private let answers: Bool

    /// - Parameters:
    ///   - falseAlarms: alarms per event that the reference itself may give, 10⁻⁶ to 0.05.
    ///   - referenceLength: values of the reference, 100 or more; the more, the smaller the changes that are found soon.
    ///   - answers: whether the values are 0 and 1; anything else is refused then.
    ///   - spread: whether changes of the deviation count.
    ///   - unit: deviations of the reference that count as one. With 4, shifts of 1 to 8 deviations are sought, and what wanders by less,
    ///     as seasons do, is passed over.
    public init(
        falseAlarms: Double = 1e-4, referenceLength: Int = 2000, answers: Bool = false, spread: Bool = true, unit: Double = 1,
        after: AfterDrift = .learnAnew, seed: UInt64 = 0
    ) {
        precondition((1e-3...1e3).contains(unit), "Calibrated: a unit of \(unit) deviations is not in 0.001...1000")
        watch = ReferenceWatch(
            NumberStatistics(answers: answers, watchesSpread: spread, unit: unit), falseAlarms: falseAlarms,
            referenceLength: referenceLength,
            after: after, seed: seed)
        self.answers = answers
    }

    /// Whether the reference is complete.
    public var isWatching: Bool { watch.isWatching }
    /// Whether the last alarm was one of the deviation, not of the mean.
    public var changedSpread: Bool { watch.culprit == 1 }

    public mutating func on(_ value: Double) -> DriftState {
        guard answers ? value == 0 || value == 1 : value.magnitude <= 1e150 else {
            refused += 1
            return .stable
        }
        return withUnsafePointer(to: value) { watch.on($0) }
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size + watch.memoryLimit }
    public var memoryBytes: Int { MemoryLayout<Self>.size + watch.memoryBytes }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(refused)
        writer.write(answers)
        writer.write(watch)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        refused = try reader.count("refused")
        answers = try reader.truth("answers")
        watch = try reader.state(ReferenceWatch<NumberStatistics>.self)
    }
}
