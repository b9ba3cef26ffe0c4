/// The fewest insertions, deletions and substitutions that turn one sequence into another.
///
/// Levenshtein: Binary codes capable of correcting deletions, insertions and reversals (1966).
public struct EditDistance: SumMetric {
    public typealias Prediction = String
    public typealias Target = String

    public let name = "edit_distance"
    public let higherIsBetter = false

    /// The mean distance of texts, in characters (Unicode scalars).
    public init() {}

    /// The distance of two sequences. Time |a| · |b|, memory the shorter of them.
    public static func between<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
        let (long, short) = a.count >= b.count ? (a, b) : (b, a)
        var row = Array(0...short.count)
        for (line, element) in long.enumerated() {
            var corner = row[0]
            row[0] = line + 1
            for column in short.indices {
                let above = row[column + 1]
                row[column + 1] = min(min(above, row[column]) + 1, corner + (element == short[column] ? 0 : 1))
                corner = above
            }
        }
        return row[short.count]
    }

    public func add(_ prediction: String, _ target: String, to sums: inout SampleSums) throws {
        sums.add(1, at: 0)
        sums.add(Double(Self.between(Array(prediction.unicodeScalars), Array(target.unicodeScalars))), at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.isEmpty ? .nan : (sums.count > 1 ? sums[1] : 0) / sums[0] }
}
