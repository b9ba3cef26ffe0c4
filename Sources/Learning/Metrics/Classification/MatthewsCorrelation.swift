/// The correlation of predicted and true classes, −1 to 1, also for more than two classes; 0 where only one class is predicted or true.
///
/// Gorodkin: Comparing two K-category assignments by a K-category correlation coefficient (2004).
public struct MatthewsCorrelation: SumMetric {
    public typealias Prediction = Int
    public typealias Target = Int

    public let name = "mcc"
    public let higherIsBetter = true

    public init() {}

    public func add(_ prediction: Int, _ target: Int, to sums: inout SampleSums) throws {
        try ClassSums.add(name, prediction, target, to: &sums)
    }

    public func value(of sums: [Double]) -> Double {
        let classes = ClassSums(sums), total = classes.total
        guard total > 0 else { return .nan }
        var product = 0.0, predicted = 0.0, actual = 0.0
        for label in classes.labels {
            product += classes.predicted(label) * classes.actual(label)
            predicted += classes.predicted(label) * classes.predicted(label)
            actual += classes.actual(label) * classes.actual(label)
        }
        let base = ((total * total - predicted) * (total * total - actual)).squareRoot()
        return base > 0 ? (classes.allHits * total - product) / base : 0
    }
}
