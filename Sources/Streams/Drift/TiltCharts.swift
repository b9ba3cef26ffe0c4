#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Cumulative sums of log-likelihood ratios, several at once: each asks whether one statistic T of the events is tilted by one θ.
///
///     ψ = ln mean_reference exp(θ T)        S_t = max(0, S_{t−1} + θ T(x_t) − ψ)
///
/// θ T − ψ is the logarithm of the likelihood ratio between the reference, tilted exponentially by θ, and the reference itself. For T = x
/// and a normal reference this is Page's chart for a shift of the mean by θ deviations; for T = x² one for the deviation; for T = 1 where
/// a category occurs one for its frequency. Each sum is divided by `scale`, which makes all of them equally rare.
///
/// No single event adds more than `cap` nor, once there is a threshold, than 0.6 of it, so that a lone outlier does not alarm. While nothing
/// happens ψ goes on being measured: with n events behind it, ψ += (exp(θ T − ψ) − 1) / n, the step of ln mean exp(θ T).
///
/// Page: Continuous inspection schemes (Biometrika 1954). Lorden: Procedures for reacting to a change in distribution (Annals of
/// Mathematical Statistics 1971).
struct TiltCharts: StreamState, Sendable {
    private(set) var statistic: [Int32] = []
    private(set) var tilt: [Double] = []
    private var cumulant: [Double]
    private var scale: [Double]
    private(set) var sums: [Double]
    private var events = 0.0
    private let cap: Double
    private var limit = 1e6

    /// - Parameter tilts: the values of θ for each statistic.
    init(tilts: [[Double]], cap: Double) {
        self.cap = cap
        for (index, values) in tilts.enumerated() {
            statistic += values.map { _ in Int32(index) }
            tilt += values
        }
        cumulant = Array(repeating: 0, count: tilt.count)
        scale = Array(repeating: 1, count: tilt.count)
        sums = cumulant
    }

    var count: Int { tilt.count }

    /// Measures ψ on a reference.
    ///
    /// - Parameter rows: the statistics of the events, [event, statistic].
    mutating func fit(_ rows: [Double], statistics: Int) {
        let events = rows.count / statistics
        self.events = Double(events)
        for chart in tilt.indices {
            // ln mean exp, with the greatest exponent taken out so that nothing overflows.
            let exponents = (0..<events).map { tilt[chart] * rows[$0 * statistics + Int(statistic[chart])] }
            let greatest = exponents.max() ?? 0
            cumulant[chart] = greatest + log(exponents.reduce(0) { $0 + exp($1 - greatest) } / Double(events))
        }
    }

    /// Sets what the sums are multiplied by, and the most that one event may add, in the unit of the scaled sums.
    mutating func setScale(_ scale: [Double], limit: Double) {
        self.scale = scale
        self.limit = limit
    }

    mutating func restart() {
        for chart in sums.indices { sums[chart] = 0 }
    }

    /// θ T − ψ, at most `cap`.
    private func ratio(_ chart: Int, _ values: UnsafePointer<Double>) -> Double {
        min(cap, tilt[chart] * values[Int(statistic[chart])] - cumulant[chart])
    }

    /// Takes the statistics of an event; answers the greatest sum, in units of the scales, and whose it is.
    ///
    /// - Parameter memory: events over which ψ looks back at most.
    mutating func advance(_ values: UnsafePointer<Double>, memory: Double) -> (score: Double, chart: Int) {
        var greatest = 0.0, place = 0
        events = min(events + 1, memory)
        for chart in tilt.indices {
            let ratio = min(ratio(chart, values), limit / scale[chart])
            let sum = max(0, sums[chart] + ratio)
            sums[chart] = sum
            cumulant[chart] += (exp(min(4, ratio)) - 1) / events
            let score = sum * scale[chart]
            if score > greatest { (greatest, place) = (score, chart) }
        }
        return (greatest, place)
    }

    /// Takes the statistics of an event and keeps the greatest of each sum in `maxima`.
    mutating func advance(_ values: UnsafePointer<Double>, maxima: UnsafeMutablePointer<Double>) {
        for chart in tilt.indices {
            let sum = max(0, sums[chart] + ratio(chart, values))
            sums[chart] = sum
            maxima[chart] = max(maxima[chart], sum)
        }
    }

    static func bytes(charts: Int) -> Int { charts * (4 + 4 * 8) }

    func write(to writer: inout StateWriter) {
        writer.write(cap)
        writer.write(limit)
        writer.write(events)
        writer.write(statistic)
        for numbers in [tilt, cumulant, scale, sums] { writer.write(numbers) }
    }

    init(from reader: inout StateReader) throws {
        cap = try reader.finite("cap", in: 1...1e6)
        limit = try reader.finite("limit", in: 0...1e300)
        events = try reader.finite("events", in: 0...1e15)
        statistic = try reader.numbers(Int32.self, "statistics", limit: 1 << 16)
        tilt = try reader.finite("tilts", count: statistic.count)
        cumulant = try reader.finite("cumulants", count: statistic.count)
        scale = try reader.finite("scales", count: statistic.count)
        sums = try reader.finite("sums", count: statistic.count)
    }
}
