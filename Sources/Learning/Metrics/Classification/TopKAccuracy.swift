/// The share of samples whose class is among the k with the highest scores. Of equal scores the lower class counts as higher.
public struct TopKAccuracy: SumMetric {
    public typealias Prediction = [Double]
    public typealias Target = Int

    public let k: Int
    public var name: String { "top_\(k)_accuracy" }
    public let higherIsBetter = true

    public init(_ k: Int) {
        demand(k >= 1, LearningError("topKAccuracy", "k is \(k)"))
        self.k = k
    }

    /// `scores` [classes]: logits or probabilities.
    public func add(_ scores: [Double], _ target: Int, to sums: inout SampleSums) throws {
        try Scores.check(name, scores, target)
        var above = 0
        for (label, score) in scores.enumerated() where score > scores[target] || (score == scores[target] && label < target) { above += 1 }
        sums.add(1, at: 0)
        if above < k { sums.add(1, at: 1) }
    }

    public func value(of sums: [Double]) -> Double { sums.isEmpty ? .nan : (sums.count > 1 ? sums[1] : 0) / sums[0] }
}
