/// Exact quantiles of any amount of numbers in bounded memory, by one pass over the numbers, or by four where they are many.
///
/// Up to a limit the numbers are kept and sorted. Beyond it they are counted by the first sixteen bits of their place in the order of all
/// numbers, then by the next sixteen bits where a wanted one lies, and so on. The result does not depend on order or pieces.
/// A quantile between two numbers is interpolated linearly, as NumPy does by default.
struct QuantileFinder {
    private let quantiles: [Double]
    private let limit: Int
    private var kept: [Double] = []
    private var isCounting = false
    private var count = 0
    private var level = 0
    /// How many numbers begin with these bits, by the next sixteen.
    private var counts: [UInt64: [Int]] = [:]
    /// For each wanted rank: the bits known of it, and its rank among the numbers that begin so.
    private var searches: [(prefix: UInt64, rank: Int)] = []

    init(_ quantiles: [Double], limit: Int = 1 << 20) {
        self.quantiles = quantiles
        self.limit = limit
    }

    mutating func add(_ value: Double) {
        if !value.isFinite { return }
        if level == 0 { count += 1 }
        if isCounting {
            tally(QuantileFinder.place(of: value))
        } else {
            kept.append(value)
            if kept.count > limit {
                isCounting = true
                counts[0] = [Int](repeating: 0, count: 1 << 16)
                for value in kept { tally(QuantileFinder.place(of: value)) }
                kept = []
            }
        }
    }

    private mutating func tally(_ place: UInt64) {
        let prefix = level == 0 ? 0 : place >> UInt64(64 - 16 * level)
        let digit = Int(place >> UInt64(48 - 16 * level) & 0xFFFF)
        counts[prefix]?[digit] += 1
    }

    /// Ends a pass: the quantiles, or nil where another pass is needed. Not-a-number where there were no numbers.
    mutating func finish() -> [Double]? {
        if count == 0 { return quantiles.map { _ in .nan } }
        if !isCounting {
            kept.sort()
            return interpolated { kept[$0] }
        }
        if level == 0 { searches = ranks.map { (0, $0) } }
        searches = searches.map { search in
            var rank = search.rank, digit = 0
            let digits = counts[search.prefix] ?? []
            while digit + 1 < digits.count, rank >= digits[digit] {
                rank -= digits[digit]
                digit += 1
            }
            return (search.prefix << 16 | UInt64(digit), rank)
        }
        level += 1
        counts = [:]
        if level == 4 {
            let found = Dictionary(zip(ranks, searches.map { QuantileFinder.value(at: $0.prefix) })) { first, _ in first }
            return interpolated { found[$0] ?? .nan }
        }
        for search in searches where counts[search.prefix] == nil { counts[search.prefix] = [Int](repeating: 0, count: 1 << 16) }
        return nil
    }

    private var ranks: [Int] {
        quantiles.flatMap { quantile in
            let place = Int((quantile * Double(count - 1)).rounded(.down))
            return [place, min(place + 1, count - 1)]
        }
    }

    private func interpolated(_ value: (Int) -> Double) -> [Double] {
        quantiles.map { quantile in
            let place = quantile * Double(count - 1), below = Int(place.rounded(.down))
            let low = value(below), high = value(min(below + 1, count - 1)), part = place - Double(below)
            // Measured from the nearer side, so that a quantile of equal numbers is that number.
            return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
        }
    }

    private static func place(of value: Double) -> UInt64 {
        let bits = (value + 0).bitPattern
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }
    private static func value(at place: UInt64) -> Double { Double(bitPattern: place >> 63 == 1 ? place & ~(1 << 63) : ~place) }
}
