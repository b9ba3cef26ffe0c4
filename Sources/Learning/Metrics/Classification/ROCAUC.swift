/// The area under the ROC curve of class 1: the chance that a positive sample scores above a negative one, ties counting half.
public struct ROCAUC: Metric {
    public let name = "roc_auc"
    public let higherIsBetter = true

    public init() {}

    /// Scores of class 1, in any monotone scale.
    public func weighted(_ predictions: [Double], _ targets: [Int]) throws -> WeightedMetric {
        for (score, target) in zip(predictions, targets) { try Scores.check(name, score, target) }
        let ranked = RankedScores(predictions, targets.map { $0 == 1 })
        return WeightedMetric(count: targets.count, undefined: "it takes a positive and a negative sample") { ranked.area($0) }
    }

    /// The curve from the highest threshold down: a point for every distinct score, after the point (0, 0).
    public func curve(_ predictions: [Double], _ targets: [Int]) throws -> [(
        threshold: Double, falsePositiveRate: Double, truePositiveRate: Double
    )] {
        guard predictions.count == targets.count else {
            throw LearningError(name, "\(predictions.count) predictions for \(targets.count) targets")
        }
        for (score, target) in zip(predictions, targets) { try Scores.check(name, score, target) }
        let positives = targets.reduce(0, +), negatives = targets.count - positives
        guard positives > 0, negatives > 0 else { throw LearningError(name, "it takes a positive and a negative sample") }
        return [(.infinity, 0, 0)]
            + RankedScores(predictions, targets.map { $0 == 1 }).counts().map { point in
                (predictions[point.sample], Double(point.negatives) / Double(negatives), Double(point.positives) / Double(positives))
            }
    }
}
