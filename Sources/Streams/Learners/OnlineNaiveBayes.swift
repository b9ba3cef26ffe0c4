#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Gaussian naive Bayes: each number normal within a class, independent of the others.
///
///     ln p(c | x) = ln n_c + Σ_j (−½ ln v_cj − (x_j − mean_cj)² / 2 v_cj) + constant
///
/// With `memory`, all counts are halved whenever they exceed twice as many rows, so that older rows fade.
///
/// Chan, Golub, LeVeque: Algorithms for computing the sample variance (The American Statistician 1983).
public struct OnlineNaiveBayes: StreamLearner {
    public static let name = "naive-bayes"
    public let features: Int
    public let classes: Int
    /// Rows that are remembered in full; 0 for all.
    public let memory: Int
    public private(set) var refused = 0
    private var counts: [Double]
    private var means: [Double], squares: [Double]  // [class, feature]

    public init(features: Int, classes: Int, memory: Int = 0) {
        precondition(
            (1...1 << 16).contains(features) && (2...1024).contains(classes) && memory >= 0,
            "naive-bayes: features, classes or memory out of range")
        self.features = features
        self.classes = classes
        self.memory = memory
        counts = Array(repeating: 0, count: classes)
        means = Array(repeating: 0, count: classes * features)
        squares = means
    }

    public func score(_ row: [Float], into scores: inout [Float]) {
        checkShapes(row, scores)
        share(&scores)
        guard isFinite(row) else { return }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { logs in
            var top = -Double.infinity
            for label in 0..<classes {
                var sum = counts[label] > 0 ? log(counts[label]) : -Double.infinity
                if counts[label] > 0 {
                    for column in 0..<features {
                        let place = label * features + column
                        sum += logDensity(Double(row[column]), mean: means[place], squares: squares[place], count: counts[label])
                    }
                }
                logs[label] = sum
                top = max(top, sum)
            }
            guard top.isFinite else { return }
            for label in 0..<classes { scores[label] = Float(exp(logs[label] - top)) }
        }
        normalize(&scores)
    }

    public mutating func learn(_ row: [Float], label: Int, weight: Float) {
        guard accepts(row, label: label, weight: weight) else {
            refused += 1
            return
        }
        counts[label] += Double(weight)
        let share = Double(weight) / counts[label]
        for column in 0..<features {
            let place = label * features + column
            let distance = Double(row[column]) - means[place]
            means[place] += share * distance
            squares[place] += Double(weight) * distance * (Double(row[column]) - means[place])
        }
        if memory > 0 && counts.reduce(0, +) > Double(2 * memory) {
            for label in 0..<classes { counts[label] /= 2 }
            for place in squares.indices { squares[place] /= 2 }
        }
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size + 8 * (classes + 2 * classes * features) }
    public var memoryBytes: Int { memoryLimit }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        for number in [features, classes, memory, refused] { writer.write(number) }
        for numbers in [counts, means, squares] { writer.write(numbers) }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        features = try reader.int("features", in: 1...1 << 16)
        classes = try reader.int("classes", in: 2...1024)
        memory = try reader.int("memory", in: 0...(1 << 50))
        refused = try reader.count("refused")
        counts = try reader.finite("counts", count: classes)
        means = try reader.finite("means", count: classes * features)
        squares = try reader.finite("squares", count: classes * features)
    }
}

/// ln of the normal density without its constant; a class that has seen one value only is wide.
func logDensity(_ value: Double, mean: Double, squares: Double, count: Double) -> Double {
    let variance = count > 1 ? max(1e-12, squares / (count - 1)) : 1
    let distance = value - mean
    return -0.5 * (log(variance) + distance * distance / variance)
}
