/// The area under the ROC curve of each class against all others, averaged over the classes that the targets name.
///
/// In a resample without samples of a class, that class takes no part.
public struct OneVersusRestROCAUC: Metric {
    /// `.macro` or `.weighted` by the samples of the class.
    public let average: Average
    public var name: String { "roc_auc_ovr" + (average == .weighted ? "_weighted" : "") }
    public let higherIsBetter = true

    public init(_ average: Average = .macro) {
        demand(average == .macro || average == .weighted, LearningError("oneVersusRestROCAUC", "the average is macro or weighted"))
        self.average = average
    }

    /// Scores [classes] of each sample.
    public func weighted(_ predictions: [[Double]], _ targets: [Int]) throws -> WeightedMetric {
        let classes = predictions.first?.count ?? 0
        for (scores, target) in zip(predictions, targets) {
            try Scores.check(name, scores, target)
            guard scores.count == classes else { throw LearningError(name, "scores of \(scores.count) classes after scores of \(classes)") }
        }
        let ranked = (0..<classes).map { label in RankedScores(predictions.map { $0[label] }, targets.map { $0 == label }) }
        let weighs = average == .weighted
        return WeightedMetric(count: targets.count, undefined: "it takes samples of two classes") { weights in
            var shares = [Double](repeating: 0, count: classes)
            for index in 0..<targets.count { shares[targets[index]] += weights[index] }
            var sum = 0.0, base = 0.0
            for label in 0..<classes where shares[label] > 0 {
                let share = weighs ? shares[label] : 1
                sum += share * ranked[label].area(weights)
                base += share
            }
            return base > 0 ? sum / base : .nan
        }
    }
}
