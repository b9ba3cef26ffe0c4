/// Kolmogorov–Smirnov windowing: the newest values of a window against a sample of those before them.
///
/// The window holds n values, the newest r are compared with r drawn without replacement from the other n − r. Drift when the exact
/// two-sided p-value of the Kolmogorov–Smirnov statistic is at most α and the statistic exceeds 0.1. The p-value is a falling function of
/// the greatest distance between the two counts, so the distance that alarms is computed once.
/// After an alarm everything begins anew with the next value. Gives the alarms of River 0.26 with the same seed.
///
/// Raab, Heusinger, Schleif: Reactive soft prototype computing for concept drift streams (Neurocomputing 2020).
public struct KSWIN: DriftDetector {
    public static let name = "kswin"
    public let alpha: Double
    /// n
    public let windowLength: Int
    /// r
    public let sampleLength: Int
    public let seed: UInt64
    public private(set) var refused = 0

    private var window: [Double]  // a ring
    private var held = 0, oldest = 0
    private var random: MersenneTwister
    private var restarts = false
    private let alarmDistance: Int  // in counts, of r
    private var drawn: [Int32], pool: [Int32]
    private var before: [Double], now: [Double]

    public init(alpha: Double = 0.005, windowLength: Int = 100, sampleLength: Int = 30, seed: UInt64 = 0) {
        precondition(alpha > 0 && alpha < 1, "KSWIN: alpha must be in (0, 1)")
        precondition(
            sampleLength > 0 && 2 * sampleLength <= windowLength && windowLength <= Self.longest,
            "KSWIN: a window of \(windowLength) cannot give two samples of \(sampleLength) (at most \(Self.longest))")
        self.alpha = alpha
        self.windowLength = windowLength
        self.sampleLength = sampleLength
        self.seed = seed
        window = Array(repeating: 0, count: windowLength)
        random = MersenneTwister(seed: seed)
        alarmDistance =
            (1...sampleLength).first { Self.probability(of: $0, sample: sampleLength) <= alpha && Double($0) / Double(sampleLength) > 0.1 }
            ?? .max
        drawn = Array(repeating: 0, count: sampleLength)
        pool = Array(repeating: 0, count: windowLength)
        before = Array(repeating: 0, count: sampleLength)
        now = before
    }

    private static let longest = 10_000

    /// The exact probability that two samples of `length` from one distribution have counts `distance` or more apart.
    ///
    /// Hodges: The significance probability of the Smirnov two-sample test (Arkiv för Matematik 1958).
    static func probability(of distance: Int, sample length: Int) -> Double {
        var outside = 0.0
        for reflection in Swift.stride(from: length / distance, through: 0, by: -1) {
            var paths = 1.0
            for step in 0..<distance {
                paths *= Double(length - reflection * distance - step) / Double(length + reflection * distance + step + 1)
            }
            outside = paths * (1 - outside)
        }
        return 2 * outside
    }

    public mutating func on(_ value: Double) -> DriftState {
        guard value.isFinite else {
            refused += 1
            return .stable
        }
        if restarts { restart() }
        if held < windowLength {
            window[held] = value
            held += 1
        } else {
            window[oldest] = value
            oldest = (oldest + 1) % windowLength
        }
        guard held == windowLength else { return .stable }
        restarts = distance() >= alarmDistance
        return restarts ? .drift : .stable
    }

    private mutating func restart() {
        (held, oldest, restarts) = (0, 0, false)
        random = MersenneTwister(seed: seed)
    }

    private func value(at age: Int) -> Double {
        let place = oldest + age
        return window[place < windowLength ? place : place - windowLength]
    }

    /// The greatest distance between the counts of both samples at or below a value.
    private mutating func distance() -> Int {
        random.sample(below: windowLength - sampleLength, into: &drawn, pool: &pool)
        for index in 0..<sampleLength {
            before[index] = value(at: Int(drawn[index]))
            now[index] = value(at: windowLength - sampleLength + index)
        }
        before.sort()
        now.sort()
        var first = 0, second = 0, greatest = 0
        while first < sampleLength && second < sampleLength {
            let next = min(before[first], now[second])
            while first < sampleLength && before[first] <= next { first += 1 }
            while second < sampleLength && now[second] <= next { second += 1 }
            greatest = max(greatest, abs(first - second))
        }
        return greatest
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size + 12 * windowLength + 20 * sampleLength + 4 * 624 }
    public var memoryBytes: Int { memoryLimit }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(alpha)
        writer.write(windowLength)
        writer.write(sampleLength)
        writer.write(seed)
        writer.write(refused)
        writer.write((0..<held).map(value))
        writer.write(random)
        writer.write(restarts)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let alpha = try reader.finite("alpha", in: .leastNonzeroMagnitude...Double(1).nextDown)
        let length = try reader.int("window", in: 2...Self.longest)
        let sample = try reader.int("sample", in: 1...length / 2)
        self.init(alpha: alpha, windowLength: length, sampleLength: sample, seed: try reader.number(UInt64.self, "seed"))
        refused = try reader.count("refused")
        let values = try reader.numbers(Double.self, "values", limit: length)
        try reader.require(values.allSatisfy(\.isFinite), "values", "are not all finite")
        held = values.count
        window.replaceSubrange(0..<held, with: values)
        random = try reader.state(MersenneTwister.self)
        restarts = try reader.truth("restarts")
    }
}
