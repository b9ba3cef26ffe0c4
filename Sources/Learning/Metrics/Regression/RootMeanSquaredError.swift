/// The root of the mean of (prediction − target)², in the unit of the target.
public struct RootMeanSquaredError: SumMetric {
    public typealias Prediction = Double
    public typealias Target = Double

    public let name = "rmse"
    public let higherIsBetter = false

    public init() {}

    public func add(_ prediction: Double, _ target: Double, to sums: inout SampleSums) throws {
        try RegressionSums.check(name, prediction, target)
        sums.add(1, at: 0)
        sums.add((prediction - target) * (prediction - target), at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 ? (sums[1] / sums[0]).squareRoot() : .nan }
}
