import Learning

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Collects a reference, calibrates charts on it, and watches what follows.
///
/// Calibration: `groups` times the reference is drawn anew in blocks, location, scale and cumulants are measured on the draw, and the
/// charts run over more draws of the reference. So the threshold holds the uncertainty of the reference as well as the dependence between
/// neighbouring events. Of the greatest sums within windows of L events the quantile 1 − rate · L is the threshold.
///
/// Künsch: The jackknife and the bootstrap for general stationary observations (Annals of Statistics 1989).
struct ReferenceWatch<Statistics: ReferenceStatistics>: StreamState, Sendable {
    let falseAlarms: Double
    let referenceLength: Int
    let after: AfterDrift
    let seed: UInt64

    private(set) var statistics: Statistics
    private(set) var charts: TiltCharts
    private var reference: [Double] = []
    private var buffer: [Double]
    private(set) var threshold = Double.infinity
    private(set) var isWatching = false
    private var restarts = false
    /// The statistic whose chart alarmed last.
    private(set) var culprit = 0

    init(_ statistics: Statistics, falseAlarms: Double, referenceLength: Int, after: AfterDrift, seed: UInt64) {
        precondition((1e-6...0.05).contains(falseAlarms), "drift: a false-alarm rate of \(falseAlarms) is not in 1e-6...0.05")
        precondition(
            (100...Self.longestReference).contains(referenceLength),
            "drift: a reference of \(referenceLength) is not in 100...\(Self.longestReference)")
        precondition(
            referenceLength * statistics.inputs <= Self.largestReference,
            "drift: a reference of \(referenceLength) × \(statistics.inputs) numbers is too large")
        self.statistics = statistics
        self.falseAlarms = falseAlarms
        self.referenceLength = referenceLength
        self.after = after
        self.seed = seed
        charts = TiltCharts(tilts: statistics.tilts, cap: statistics.cap)
        buffer = Array(repeating: 0, count: statistics.outputs)
    }

    static var longestReference: Int { 1 << 20 }
    /// Numbers of a reference: 128 MiB.
    static var largestReference: Int { 1 << 24 }

    mutating func on(_ row: UnsafePointer<Double>) -> DriftState {
        if restarts {
            restarts = false
            charts.restart()
            if after == .learnAnew { isWatching = false }
        }
        guard isWatching else {
            if reference.isEmpty { reference.reserveCapacity(referenceLength * statistics.inputs) }
            for input in 0..<statistics.inputs { reference.append(row[input]) }
            if reference.count == referenceLength * statistics.inputs { calibrate() }
            return .stable
        }
        let memory = Double(10 * referenceLength)
        let top = buffer.withUnsafeMutableBufferPointer { values in
            statistics.measure(row, into: values.baseAddress!)
            return charts.advance(values.baseAddress!, memory: memory)
        }
        guard top.score > threshold else { return top.score > 0.75 * threshold ? .warning : .stable }
        restarts = true
        culprit = Int(charts.statistic[top.chart])
        return .drift
    }

    // MARK: Calibration

    private var groups: Int { 16 }
    private var windowsPerGroup: Int { 32 }
    /// Events per window: about one window in ten may hold a false alarm.
    private var windowLength: Int { min(5000, max(20, Int(0.1 / falseAlarms))) }

    private mutating func calibrate() {
        statistics.fit(reference)
        let measured = statistics.measured(reference)
        charts = TiltCharts(tilts: statistics.tilts, cap: statistics.cap)
        charts.fit(measured, statistics: statistics.outputs)
        let width = statistics.inputs, block = blockLength(measured)
        var random = SplitMix(seed: seed)
        var maxima: [[Double]] = []
        for _ in 0..<groups {
            var copy = statistics
            let drawn = draw(referenceLength, block: block, using: &random)
            copy.fit(drawn.flatMap { reference[$0 * width..<($0 + 1) * width] })
            let all = copy.measured(reference)
            var charts = self.charts
            charts.fit(drawn.flatMap { all[$0 * copy.outputs..<($0 + 1) * copy.outputs] }, statistics: copy.outputs)
            for _ in 0..<windowsPerGroup { maxima.append(greatest(of: &charts, all, block: block, using: &random)) }
        }
        // Blocks lose some of the dependence between neighbours: half the rate makes up for it.
        let share = (block > 1 ? 0.5 : 0.75) * falseAlarms * Double(windowLength)
        // Whatever the charts, sums of likelihood ratios exceed ln(1 / rate) no more often than that; one that never rose may not alarm at a trifle.
        let least = 0.5 * log(1 / falseAlarms)
        let scales = (0..<charts.count).map { chart in 1 / max(least, quantile(maxima.map { $0[chart] }, above: share / 4)) }
        threshold = max(1, quantile(maxima.map { window in zip(window, scales).reduce(0) { max($0, $1.0 * $1.1) } }, above: share))
        charts.setScale(scales, limit: 0.6 * threshold)
        charts.restart()
        reference = []
        isWatching = true
    }

    /// The greatest sums while the charts run over a window drawn from the reference, after a run-in of the same charts.
    private func greatest(of charts: inout TiltCharts, _ rows: [Double], block: Int, using random: inout SplitMix) -> [Double] {
        let runIn = min(500, windowLength)
        var maxima = Array(repeating: 0.0, count: charts.count), ignored = maxima
        charts.restart()
        rows.withUnsafeBufferPointer { rows in
            var place = 0, left = 0
            for event in 0..<runIn + windowLength {
                if left == 0 { (place, left) = (random.below(referenceLength), block) }
                let row = rows.baseAddress! + place * statistics.outputs
                if event < runIn { charts.advance(row, maxima: &ignored) } else { charts.advance(row, maxima: &maxima) }
                place = place + 1 == referenceLength ? 0 : place + 1
                left -= 1
            }
        }
        return maxima
    }

    private func draw(_ count: Int, block: Int, using random: inout SplitMix) -> [Int] {
        var places: [Int] = []
        places.reserveCapacity(count + block)
        while places.count < count {
            let start = random.below(referenceLength)
            for step in 0..<block { places.append((start + step) % referenceLength) }
        }
        places.removeLast(places.count - count)
        return places
    }

    /// The value that the share of the greatest exceeds.
    private func quantile(_ values: [Double], above share: Double) -> Double {
        let sorted = values.sorted()
        let place = Double(sorted.count - 1) * (1 - min(1, share))
        let low = Int(place), high = min(low + 1, sorted.count - 1)
        return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }

    /// Eight times the greatest lag up to which the statistics are correlated; 1 for independent events.
    private func blockLength(_ rows: [Double]) -> Int {
        let width = statistics.outputs, longest = referenceLength / 20
        let bound = 3 / Double(referenceLength).squareRoot()
        var reach = 0
        for statistic in 0..<min(width, 8) {
            let values = (0..<referenceLength).map { rows[$0 * width + statistic] }
            let mean = values.reduce(0, +) / Double(values.count)
            let power = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            guard power > 0 else { continue }
            var lag = 1
            while lag * 8 < longest {
                var sum = 0.0
                for event in lag..<values.count { sum += (values[event] - mean) * (values[event - lag] - mean) }
                if abs(sum / power) < bound { break }
                lag += 1
            }
            reach = max(reach, lag - 1)
        }
        return max(1, min(longest, 8 * reach))
    }

    // MARK: State

    var memoryLimit: Int {
        MemoryLayout<Self>.size + 8 * referenceLength * statistics.inputs + TiltCharts.bytes(charts: charts.count) + 8 * statistics.outputs
    }
    var memoryBytes: Int { memoryLimit - 8 * (referenceLength * statistics.inputs - reference.count) }

    func write(to writer: inout StateWriter) {
        writer.begin("reference-watch")
        writer.write(falseAlarms)
        writer.write(referenceLength)
        writer.write(after.rawValue)
        writer.write(seed)
        writer.write(statistics)
        writer.write(charts)
        writer.write(reference)
        writer.write(threshold)
        writer.write(isWatching)
        writer.write(restarts)
        writer.write(culprit)
    }

    init(from reader: inout StateReader) throws {
        try reader.begin("reference-watch")
        falseAlarms = try reader.finite("false alarms", in: 1e-6...0.05)
        referenceLength = try reader.int("reference", in: 100...Self.longestReference)
        guard let after = AfterDrift(rawValue: try reader.number(UInt8.self, "after")) else {
            throw StreamError("state", "is neither 0 nor 1", at: "after")
        }
        self.after = after
        seed = try reader.number(UInt64.self, "seed")
        statistics = try reader.state(Statistics.self)
        charts = try reader.state(TiltCharts.self)
        try reader.require(referenceLength * statistics.inputs <= Self.largestReference, "reference", "is too large")
        let wanted = TiltCharts(tilts: statistics.tilts, cap: statistics.cap)
        try reader.require(charts.statistic == wanted.statistic && charts.tilt == wanted.tilt, "charts", "do not suit the statistics")
        reference = try reader.numbers(Double.self, "reference", limit: referenceLength * statistics.inputs)
        try reader.require(reference.allSatisfy(\.isFinite), "reference", "is not all finite")
        threshold = try reader.number(Double.self, "threshold")
        isWatching = try reader.truth("watching")
        try reader.require(
            reference.count % statistics.inputs == 0 && reference.count < referenceLength * statistics.inputs
                && (!isWatching || reference.isEmpty),
            "reference", "has \(reference.count) numbers")
        restarts = try reader.truth("restarts")
        culprit = try reader.int("culprit", in: 0...max(0, statistics.outputs - 1))
        buffer = Array(repeating: 0, count: statistics.outputs)
    }
}
