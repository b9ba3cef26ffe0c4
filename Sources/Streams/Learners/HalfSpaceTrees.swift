import Learning

/// Trees of random half-spaces: where few of the last rows fell, a row is unusual.
///
/// Each tree cuts the box of the columns' ranges `height` times by random columns at random places. The rows of one window count in its nodes;
/// at the end of the window the counts become the reference r of the next. A row's score is, over the nodes it passes down to the first
/// with r < 0.1 · window,
///
///     1 − Σ_trees Σ_nodes r · 2^depth / (trees · window · (2^(height + 1) − 1))
///
/// Until the first window is full every score is 0. Columns are scaled to 0…1 by the least and greatest value seen, or by fixed ranges.
/// All trees lie in flat arrays; an event takes no memory.
///
/// Tan, Ting, Liu: Fast anomaly detection for streaming data (IJCAI 2011).
public struct HalfSpaceTrees: AnomalyScorer {
    public static let name = "half-space-trees"
    public let features: Int
    public let trees: Int
    public let height: Int
    public let window: Int
    public let seed: UInt64
    public private(set) var refused = 0
    /// Whether ranges are given instead of learned.
    private let isFixed: Bool
    private var least: [Float], most: [Float], inverses: [Float]
    private var seen = 0  // rows in the window so far
    private var isReady = false
    private let columns: [UInt16]  // of the inner nodes, [tree, node] in the order of a heap
    private let thresholds: [Float]
    private var reference: [Float], latest: [Float]  // r and the counts of this window, [tree, node]

    /// - Parameters:
    ///   - features: numbers of a row, 1 to 65,535.
    ///   - trees: 1 to 1000.
    ///   - height: cuts from the root to a leaf, 1 to 15. Memory is trees · 2^(height + 1) · 10 bytes.
    ///   - window: rows of a window, 1 to 2²⁰.
    ///   - ranges: least and greatest value of each column; nil to learn them.
    public init(features: Int, trees: Int = 25, height: Int = 8, window: Int = 250, ranges: [ClosedRange<Float>]? = nil, seed: UInt64 = 0) {
        precondition((1..<1 << 16).contains(features) && (1...1000).contains(trees), "half-space-trees: features or trees out of range")
        precondition((1...15).contains(height) && (1...1 << 20).contains(window), "half-space-trees: height or window out of range")
        precondition(ranges == nil || ranges?.count == features, "half-space-trees: \(ranges?.count ?? 0) ranges, expected \(features)")
        self.features = features
        self.trees = trees
        self.height = height
        self.window = window
        self.seed = seed
        isFixed = ranges != nil
        least = ranges?.map(\.lowerBound) ?? Array(repeating: .infinity, count: features)
        most = ranges?.map(\.upperBound) ?? Array(repeating: -.infinity, count: features)
        inverses =
            ranges?.map { $0.upperBound > $0.lowerBound ? 1 / ($0.upperBound - $0.lowerBound) : 0 } ?? Array(repeating: 0, count: features)
        (columns, thresholds) = Self.cuts(features: features, trees: trees, height: height, seed: seed)
        reference = Array(repeating: 0, count: trees * ((2 << height) - 1))
        latest = reference
    }

    /// Cuts each box by a column drawn in proportion to its width, at a place at least 15 % away from its ends.
    private static func cuts(features: Int, trees: Int, height: Int, seed: UInt64) -> (columns: [UInt16], thresholds: [Float]) {
        let inner = (1 << height) - 1
        var columns = Array(repeating: UInt16(0), count: trees * inner), thresholds = Array(repeating: Float(0), count: trees * inner)
        var random = SplitMix(seed: seed)
        for tree in 0..<trees {
            var low = Array(repeating: 0.0, count: features), high = Array(repeating: 1.0, count: features)
            func cut(_ node: Int) {
                guard node < inner else { return }
                var place = random.unit() * zip(low, high).reduce(0) { $0 + $1.1 - $1.0 }, column = 0
                while column < features - 1 && place >= high[column] - low[column] {
                    place -= high[column] - low[column]
                    column += 1
                }
                let (from, to) = (low[column], high[column])
                let threshold = from + (to - from) * (0.15 + 0.7 * random.unit())
                columns[tree * inner + node] = UInt16(column)
                thresholds[tree * inner + node] = Float(threshold)
                high[column] = threshold
                cut(2 * node + 1)
                (low[column], high[column]) = (threshold, to)
                cut(2 * node + 2)
                low[column] = from
            }
            cut(0)
        }
        return (columns, thresholds)
    }

    public func score(_ row: [Float]) -> Float {
        precondition(row.count == features, "half-space-trees: a row of \(row.count), expected \(features)")
        guard isFinite(row) else { return 1 }
        guard isReady else { return 0 }
        let nodes = (2 << height) - 1, inner = (1 << height) - 1, limit = 0.1 * Float(window)
        let sum = withUnsafeTemporaryAllocation(of: Float.self, capacity: features) { scaled in
            scale(row, into: scaled)
            return columns.withUnsafeBufferPointer { columns in
                thresholds.withUnsafeBufferPointer { thresholds in
                    reference.withUnsafeBufferPointer { reference in
                        var sum: Float = 0
                        for tree in 0..<trees {
                            var node = 0, power: Float = 1, own: Float = 0
                            while true {
                                let mass = reference[tree * nodes + node]
                                own += mass * power
                                if mass < limit || node >= inner { break }
                                let column = Int(columns[tree * inner + node])
                                node = 2 * node + (scaled[column] < thresholds[tree * inner + node] ? 1 : 2)
                                power *= 2
                            }
                            sum += own
                        }
                        return sum
                    }
                }
            }
        }
        return 1 - sum / (Float(trees) * Float(window) * Float(nodes))
    }

    /// Scales a row to the ranges.
    private func scale(_ row: [Float], into scaled: UnsafeMutableBufferPointer<Float>) {
        for column in 0..<features { scaled[column] = (row[column] - least[column]) * inverses[column] }
    }

    public mutating func learn(_ row: [Float]) {
        precondition(row.count == features, "half-space-trees: a row of \(row.count), expected \(features)")
        guard isFinite(row) else {
            refused += 1
            return
        }
        if !isFixed { widen(row) }
        let nodes = (2 << height) - 1, inner = (1 << height) - 1, trees = trees
        withUnsafeTemporaryAllocation(of: Float.self, capacity: features) { scaled in
            scale(row, into: scaled)
            columns.withUnsafeBufferPointer { columns in
                thresholds.withUnsafeBufferPointer { thresholds in
                    latest.withUnsafeMutableBufferPointer { latest in
                        for tree in 0..<trees {
                            var node = 0
                            while node < inner {
                                latest[tree * nodes + node] += 1
                                let column = Int(columns[tree * inner + node])
                                node = 2 * node + (scaled[column] < thresholds[tree * inner + node] ? 1 : 2)
                            }
                            latest[tree * nodes + node] += 1
                        }
                    }
                }
            }
        }
        seen += 1
        guard seen == window else { return }
        swap(&reference, &latest)
        for place in latest.indices { latest[place] = 0 }
        (seen, isReady) = (0, true)
    }

    private mutating func widen(_ row: [Float]) {
        for column in 0..<features where row[column] < least[column] || row[column] > most[column] {
            least[column] = min(least[column], row[column])
            most[column] = max(most[column], row[column])
            let range = most[column] - least[column]
            inverses[column] = range > 0 && range.isFinite && (1 / range).isFinite ? 1 / range : 0
        }
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size + 12 * features + 6 * columns.count + 8 * reference.count }
    public var memoryBytes: Int { memoryLimit }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        for number in [features, trees, height, window, refused, seen] { writer.write(number) }
        writer.write(seed)
        writer.write(isFixed)
        writer.write(isReady)
        for numbers in [least, most, inverses, reference, latest] { writer.write(numbers) }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        features = try reader.int("features", in: 1...(1 << 16) - 1)
        trees = try reader.int("trees", in: 1...1000)
        height = try reader.int("height", in: 1...15)
        window = try reader.int("window", in: 1...1 << 20)
        refused = try reader.count("refused")
        seen = try reader.int("seen", in: 0...window - 1)
        seed = try reader.number(UInt64.self, "seed")
        isFixed = try reader.truth("fixed")
        isReady = try reader.truth("ready")
        let (features, nodes) = (features, trees * ((2 << height) - 1))
        func floats(_ what: String, count: Int) throws -> [Float] {
            let found = try reader.numbers(Float.self, what, count: count)
            try reader.require(!found.contains(where: \.isNaN), what, "hold NaN")
            return found
        }
        least = try floats("least", count: features)
        most = try floats("most", count: features)
        inverses = try floats("inverses", count: features)
        reference = try floats("reference", count: nodes)
        latest = try floats("latest", count: nodes)
        (columns, thresholds) = Self.cuts(features: features, trees: trees, height: height, seed: seed)
    }
}
