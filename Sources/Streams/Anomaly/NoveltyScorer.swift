/// Scores a stream of numbers by how new its latest stretches are, at several time scales at once.
///
/// Each scale is a `WindowNovelty` whose distance is set beside its own past by a `Surprise`; the score is the root of the mean square of
/// the surprises. It is causal, needs no period, no unit and no training set: it only wants to be left alone for `warmUp` values, whose
/// standard deviation then gives the unit of what is too small to matter.
///
/// Scores above about 0.65 are worth an alarm; `Refractory` makes alarms of them. Memory is bounded by `memoryLimit`.
public struct NoveltyScorer: StreamState, Sendable {
    /// Values before the first score above 0.
    public let warmUp: Int
    /// What is never worth an alarm, in standard deviations of the values of the warm-up.
    public let floor: Double
    /// How many values were not finite; they are passed over.
    public private(set) var refused = 0

    private var scales: [WindowNovelty]
    private var surprises: [Surprise]
    private var spread = RunningSpread()

    /// The default scales are one value, 16 values, and 24 means of 12 values: with five minutes a value, a day.
    public init(
        warmUp: Int,
        scales: [WindowNovelty] = [WindowNovelty(length: 1), WindowNovelty(length: 16), WindowNovelty(length: 24, spacing: 12)],
        floor: Double = 0.001, surprise: Surprise = Surprise()
    ) {
        precondition(warmUp > 0 && floor >= 0 && !scales.isEmpty, "NoveltyScorer: warmUp, floor or scales out of range")
        self.warmUp = warmUp
        self.floor = floor
        self.scales = scales
        surprises = Array(repeating: surprise, count: scales.count)
    }

    /// The score of the stretch that ends with `value`, 0 or more.
    public mutating func on(_ value: Double) -> Double {
        guard value.isFinite, abs(value) < 1e100 else {
            refused += 1
            return 0
        }
        let isWarm = spread.count == warmUp
        if !isWarm { spread.add(value) }
        var sum = 0.0
        for index in scales.indices {
            guard let distance = scales[index].on(value) else { continue }
            let surprise = surprises[index].on(distance, floor: floor * spread.deviation)
            sum += surprise * surprise
        }
        return isWarm ? (sum / Double(scales.count)).squareRoot() : 0
    }

    public var memoryLimit: Int { scales.reduce(MemoryLayout<Self>.size) { $0 + $1.memoryLimit + MemoryLayout<Surprise>.size } }

    public static let name = "novelty-scorer"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(warmUp)
        writer.write(floor)
        writer.write(refused)
        writer.write(scales)
        writer.write(surprises)
        writer.write(spread)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        warmUp = try reader.int("warm-up", in: 1...(1 << 53))
        floor = try reader.finite("floor", in: 0...1e300)
        refused = try reader.count("refused")
        scales = try reader.states(WindowNovelty.self, "scales", count: 1...1000)
        surprises = try reader.states(Surprise.self, "surprises", count: scales.count...scales.count)
        spread = try reader.state(RunningSpread.self)
    }
}
