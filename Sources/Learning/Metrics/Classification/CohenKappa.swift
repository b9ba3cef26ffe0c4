/// (agreement − agreement by chance) / (1 − agreement by chance).
///
/// Cohen: A coefficient of agreement for nominal scales (1960).
public struct CohenKappa: SumMetric {
    public typealias Prediction = Int
    public typealias Target = Int

    public let name = "kappa"
    public let higherIsBetter = true
    public var undefined: String { "prediction and target are the same single class" }

    public init() {}

    public func add(_ prediction: Int, _ target: Int, to sums: inout SampleSums) throws {
        try ClassSums.add(name, prediction, target, to: &sums)
    }

    public func value(of sums: [Double]) -> Double {
        let classes = ClassSums(sums), total = classes.total
        guard total > 0 else { return .nan }
        let chance = classes.labels.reduce(0) { $0 + classes.predicted($1) * classes.actual($1) } / (total * total)
        return chance < 1 ? (classes.allHits / total - chance) / (1 - chance) : .nan
    }
}
