/// The mean over the classes of the share of their samples that are found.
public struct BalancedAccuracy: SumMetric {
    public typealias Prediction = Int
    public typealias Target = Int

    public let name = "balanced_accuracy"
    public let higherIsBetter = true

    public init() {}

    public func add(_ prediction: Int, _ target: Int, to sums: inout SampleSums) throws {
        try ClassSums.add(name, prediction, target, to: &sums)
    }

    public func value(of sums: [Double]) -> Double {
        let classes = ClassSums(sums), labels = classes.labels.filter { classes.actual($0) > 0 }
        return labels.reduce(0) { $0 + classes.hits($1) / classes.actual($1) } / Double(labels.count)
    }
}
