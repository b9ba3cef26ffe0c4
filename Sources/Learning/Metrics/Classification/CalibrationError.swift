/// How far confidence is from accuracy: Σ over bins of (share of samples) · |accuracy − mean confidence|.
///
/// The confidence is the highest probability; the bins are of equal width. Guo, Pleiss, Sun, Weinberger: On calibration of modern
/// neural networks (2017).
public struct CalibrationError: SumMetric {
    public typealias Prediction = [Double]
    public typealias Target = Int

    public let bins: Int
    public let name = "ece"
    public let higherIsBetter = false

    public init(bins: Int = 15) {
        demand((1...10_000).contains(bins), LearningError("calibrationError", "\(bins) bins"))
        self.bins = bins
    }

    /// `probabilities` [classes]
    public func add(_ probabilities: [Double], _ target: Int, to sums: inout SampleSums) throws {
        try Scores.check(name, probabilities, target)
        let label = probabilities.indices.reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
        let confidence = probabilities[label]
        guard confidence >= 0, confidence <= 1 + 1e-6 else { throw LearningError(name, "a probability is \(confidence)") }
        let bin = min(Int(confidence * Double(bins)), bins - 1)
        sums.add(1, at: 3 * bin)
        sums.add(confidence, at: 3 * bin + 1)
        sums.add(label == target ? 1 : 0, at: 3 * bin + 2)
    }

    public func value(of sums: [Double]) -> Double {
        var total = 0.0, gap = 0.0
        for bin in stride(from: 0, to: sums.count, by: 3) {
            total += sums[bin]
            gap += (sums[bin + 2] - sums[bin + 1]).magnitude
        }
        return gap / total
    }

    /// The bins of a reliability diagram.
    public func table(_ probabilities: [[Double]], _ targets: [Int]) throws -> [ReliabilityBin] {
        var all = MetricSums(self)
        try all.add(probabilities, targets)
        return (0..<bins).map { bin in
            let sums = 3 * bin + 2 < all.sums.count ? Array(all.sums[3 * bin..<3 * bin + 3]) : [0, 0, 0]
            return ReliabilityBin(
                low: Double(bin) / Double(bins), high: Double(bin + 1) / Double(bins), count: Int(sums[0]),
                confidence: sums[0] > 0 ? sums[1] / sums[0] : .nan, accuracy: sums[0] > 0 ? sums[2] / sums[0] : .nan)
        }
    }
}
