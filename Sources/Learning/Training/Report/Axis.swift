#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A scale from values to places, with round numbers to mark.
struct Axis {
    let low: Double
    let high: Double
    let ticks: [Double]
    /// Equal ratios take equal lengths.
    let isLogarithmic: Bool
    private let from: Double
    private let to: Double
    private let digits: Int

    /// - Parameter values: what has to fit; what is not finite is left out.
    /// - Parameter from: the place of the lowest value; `to` that of the highest.
    /// - Parameter count: about so many ticks.
    /// - Parameter padding: the part of the range that is left free at both ends.
    /// - Parameter mayBeLogarithmic: where positive values spread over more than a factor of 15, by their logarithms.
    init(
        _ values: [Double], from: Double, to: Double, count: Int = 5, padding: Double = 0.04, isWhole: Bool = false,
        mayBeLogarithmic: Bool = false
    ) {
        let finite = values.filter { $0.magnitude < 1e300 }
        var low = finite.min() ?? 0, high = finite.max() ?? 1
        if high - low <= 1e-12 * max(low.magnitude, high.magnitude) {
            let room = high == 0 ? 1 : high.magnitude * 0.1
            (low, high) = (low - room, high + room)
        }
        self.from = from
        self.to = to
        isLogarithmic = mayBeLogarithmic && low > 0 && high / low > 15
        if isLogarithmic {
            let room = (log10(high) - log10(low)) * padding
            (low, high) = (pow(10, log10(low) - room), pow(10, log10(high) + room))
            let powers = stride(from: floor(log10(low)), through: log10(high), by: 1)
            let factors: [Double] = log10(high / low) > 3.5 ? [1] : log10(high / low) > 2 ? [1, 3] : [1, 2, 5]
            ticks = powers.flatMap { power in factors.map { $0 * pow(10, power) } }.filter { $0 >= low && $0 <= high }
            digits = 0
        } else {
            let room = (high - low) * padding
            (low, high) = (low - room, high + room)
            let step = max(isWhole ? 1 : 0, Self.round((high - low) / Double(count - 1)))
            let first = (low / step).rounded(.up)
            ticks = (0...count * 3).map { (first + Double($0)) * step }.filter { $0 <= high + step * 1e-9 }
            digits = max(0, min(8, Int(-floor(log10(step) + 1e-9))))
        }
        self.low = low
        self.high = high
    }

    func callAsFunction(_ value: Double) -> Double {
        let value = min(max(value, low), high)
        let share = isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
        return from + share * (to - from)
    }

    func label(_ tick: Double) -> String {
        if isLogarithmic { return tick >= 10_000 || tick < 1e-4 ? Wording.number(tick, digits: 2) : Wording.number(tick, digits: 6) }
        return tick.magnitude >= 10_000 ? Wording.count(tick) : Wording.fixed(tick == 0 ? 0 : tick, digits)
    }

    /// 1, 2 or 5 times a power of ten, not above a value.
    private static func round(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 1 }
        let power = pow(10, floor(log10(value)))
        guard power > 0 else { return value }
        return [5.0, 2, 1].first { $0 * power <= value * 1.001 }.map { $0 * power } ?? power
    }
}
