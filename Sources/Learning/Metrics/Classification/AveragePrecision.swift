/// The area under the precision-recall curve of class 1 as a step function: Σ (recallᵢ − recallᵢ₋₁) precisionᵢ.
public struct AveragePrecision: Metric {
    public let name = "average_precision"
    public let higherIsBetter = true

    public init() {}

    /// Scores of class 1, in any monotone scale.
    public func weighted(_ predictions: [Double], _ targets: [Int]) throws -> WeightedMetric {
        for (score, target) in zip(predictions, targets) { try Scores.check(name, score, target) }
        let ranked = RankedScores(predictions, targets.map { $0 == 1 })
        return WeightedMetric(count: targets.count, undefined: "it takes a positive sample") { ranked.averagePrecision($0) }
    }
}
