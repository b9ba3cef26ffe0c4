/// The mean of 2 |prediction − target| / (|prediction| + |target|), 0 to 2; 0 where both are 0.
public struct SymmetricMeanAbsolutePercentageError: SumMetric {
    public typealias Prediction = Double
    public typealias Target = Double

    public let name = "smape"
    public let higherIsBetter = false

    public init() {}

    public func add(_ prediction: Double, _ target: Double, to sums: inout SampleSums) throws {
        try RegressionSums.check(name, prediction, target)
        sums.add(1, at: 0)
        sums.add(prediction == target ? 0 : 2 * (prediction - target).magnitude / (prediction.magnitude + target.magnitude), at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 ? sums[1] / sums[0] : .nan }
}
