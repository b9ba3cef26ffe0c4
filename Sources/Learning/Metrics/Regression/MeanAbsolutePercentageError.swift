/// The mean of |prediction − target| / max(|target|, 2⁻⁵²), as a fraction: 0.1 is ten per cent.
public struct MeanAbsolutePercentageError: SumMetric {
    public typealias Prediction = Double
    public typealias Target = Double

    public let name = "mape"
    public let higherIsBetter = false

    public init() {}

    public func add(_ prediction: Double, _ target: Double, to sums: inout SampleSums) throws {
        try RegressionSums.check(name, prediction, target)
        sums.add(1, at: 0)
        sums.add((prediction - target).magnitude / max(target.magnitude, .ulpOfOne), at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 ? sums[1] / sums[0] : .nan }
}
