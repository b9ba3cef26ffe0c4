#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Mutual information of columns with a target: I = Σ p(x,y) log(p(x,y) / (p(x) p(y))) in nats, numbers cut into bins of equal counts.
///
/// A column and a target of numbers are cut at their quantiles, so that no assumption is made about how they depend on each other.
/// A missing value is a bin of its own, since that it is missing may say something.
struct MutualInformation {
    static let bins = 16

    private let width: Int
    private var columnFinders: [QuantileFinder]
    private var columnEdges: [[Double]?]
    private var targetFinder = QuantileFinder(MutualInformation.cuts)
    private var targetEdges: [Double]?
    private var counts: [[Int: Int]]?
    private var rows = 0

    static let cuts = (1..<bins).map { Double($0) / Double(bins) }

    /// `hasClasses`: whether the target is the number of a class.
    init(width: Int, hasClasses: Bool) {
        self.width = width
        columnFinders = [QuantileFinder](repeating: QuantileFinder(MutualInformation.cuts), count: width)
        columnEdges = [[Double]?](repeating: nil, count: width)
        if hasClasses { targetEdges = [] }
        isClass = hasClasses
    }
    private let isClass: Bool

    mutating func add(_ row: UnsafePointer<Double>, target: Double) {
        if target.isNaN { return }
        if counts == nil {
            for column in 0..<width where columnEdges[column] == nil { columnFinders[column].add(row[column]) }
            if targetEdges == nil { targetFinder.add(target) }
            return
        }
        rows += 1
        let label = isClass ? Int(target) : MutualInformation.bin(target, targetEdges ?? [])
        for column in 0..<width {
            let bin = row[column].isNaN ? MutualInformation.bins : MutualInformation.bin(row[column], columnEdges[column] ?? [])
            counts?[column][label << 8 | bin, default: 0] += 1
        }
    }

    /// Ends a pass: the information of each column in nats, or nil where another pass is needed.
    mutating func finish() -> [Double]? {
        if let counts { return counts.map { MutualInformation.information($0, rows: rows) } }
        for column in 0..<width where columnEdges[column] == nil { columnEdges[column] = columnFinders[column].finish() }
        if targetEdges == nil { targetEdges = targetFinder.finish() }
        if columnEdges.allSatisfy({ $0 != nil }), targetEdges != nil { counts = [[Int: Int]](repeating: [:], count: width) }
        return nil
    }

    /// How many of the cuts lie below a number.
    static func bin(_ value: Double, _ edges: [Double]) -> Int {
        var low = 0, high = edges.count
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    static func information(_ counts: [Int: Int], rows: Int) -> Double {
        if rows == 0 { return 0 }
        var ofClass: [Int: Int] = [:], ofBin: [Int: Int] = [:]
        for (cell, count) in counts {
            ofClass[cell >> 8, default: 0] += count
            ofBin[cell & 255, default: 0] += count
        }
        var result = 0.0
        // In sorted order: a dictionary's own differs from run to run, and with it the last bit.
        for cell in counts.keys.sorted() {
            let count = Double(counts[cell] ?? 0), first = Double(ofClass[cell >> 8] ?? 0), second = Double(ofBin[cell & 255] ?? 0)
            result += count / Double(rows) * (log(count) - log(first) - log(second) + log(Double(rows)))
        }
        return max(0, result)
    }
}
