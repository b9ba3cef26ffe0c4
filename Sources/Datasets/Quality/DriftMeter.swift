import Features

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How far a column is from a reference: values are counted as they come, in memory that depends on the reference alone.
struct DriftMeter {
    private enum Bins {
        /// Numbers by the sorted distinct numbers of the reference: below the first, equal to it, between it and the second, ...
        case points([Double])
        /// Numbers by cuts: bin `i` is above `cuts[i - 1]` and at most `cuts[i]`.
        case cuts([Double])
        /// Categories, those that the reference lacks in a last bin.
        case names([String: Int])
    }

    private let kind: QualityRule.Drift
    private let bins: Bins
    private var reference: [Int]
    private var counts: [Int]

    /// `place` is the column's name, for messages.
    init(_ kind: QualityRule.Drift, reference column: Column, at place: String) throws {
        self.kind = kind
        func refuse(_ reason: String) -> DatasetError { DatasetError("quality", reason, at: place) }
        let size: Int
        if let numbers = column.numbers {
            let sorted = numbers.filter(\.isFinite).sorted()
            if sorted.isEmpty { throw refuse("the reference has no value") }
            if kind == .ks {
                let points = sorted.enumerated().filter { $0 == 0 || sorted[$0 - 1] != $1 }.map(\.1)
                bins = .points(points)
                size = 2 * points.count + 1
            } else {
                // Equal cuts would make bins that nothing can fall into.
                var cuts: [Double] = []
                for index in 1..<10 {
                    let cut = sorted[min(sorted.count - 1, index * sorted.count / 10)]
                    if cuts.last.map({ $0 < cut }) ?? true, cut < sorted[sorted.count - 1] { cuts.append(cut) }
                }
                bins = .cuts(cuts)
                size = cuts.count + 1
            }
        } else {
            if kind == .ks { throw refuse("'ks' compares numbers, categories have no order: use 'psi'") }
            if column.type == .timestamp { throw refuse("a drift of timestamps says nothing") }
            let names = Set(column.strings.compactMap(\.self)).sorted()
            if names.isEmpty { throw refuse("the reference has no value") }
            bins = .names(Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) }))
            size = names.count + 1
        }
        counts = [Int](repeating: 0, count: size)
        reference = []
        try add(column, at: place)
        reference = counts
        counts = [Int](repeating: 0, count: size)
    }

    /// Counts the values that are there.
    mutating func add(_ column: Column, at place: String) throws {
        switch bins {
        case .points(let points):
            for number in try numbers(column, place) where number.isFinite {
                let below = DriftMeter.below(number, points)
                counts[2 * below + (below < points.count && points[below] == number ? 1 : 0)] += 1
            }
        case .cuts(let cuts): for number in try numbers(column, place) where number.isFinite { counts[DriftMeter.below(number, cuts)] += 1 }
        case .names(let names): for name in column.strings { if let name { counts[names[name] ?? names.count] += 1 } }
        }
    }

    private func numbers(_ column: Column, _ place: String) throws -> [Double] {
        guard let numbers = column.numbers else {
            throw DatasetError("quality", "numbers were in the reference, now there is \(column.type.rawValue)", at: place)
        }
        return numbers
    }

    /// How many of the sorted numbers are below this one.
    private static func below(_ number: Double, _ sorted: [Double]) -> Int {
        var low = 0, high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The distance, or nil where nothing was counted.
    var value: Double? {
        let now = counts.reduce(0, +), before = reference.reduce(0, +)
        if now == 0 || before == 0 { return nil }
        switch kind {
        case .psi:
            // An empty bin counts as half a value: log(0) would make one odd value an infinite drift.
            var sum = 0.0
            for (a, b) in zip(counts, reference) where a + b > 0 {
                let p = max(Double(a), 0.5) / Double(now), q = max(Double(b), 0.5) / Double(before)
                sum += (p - q) * log(p / q)
            }
            return sum
        case .ks:
            // Between two points of the reference its function is level and ours only rises: the ends of the stretch decide.
            var worst = 0.0, a = 0, b = 0
            for (x, y) in zip(counts, reference) {
                a += x
                b += y
                worst = max(worst, abs(Double(a) / Double(now) - Double(b) / Double(before)))
            }
            return worst
        }
    }
}
