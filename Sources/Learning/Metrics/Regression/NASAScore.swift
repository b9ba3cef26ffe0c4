/// The asymmetric score of remaining useful life, summed over the machines: e^(−d / 13) − 1 for early, e^(d / 10) − 1 for late
/// predictions, d = prediction − target in cycles.
///
/// Saxena, Goebel, Simon, Eklund: Damage propagation modeling for aircraft engine run-to-failure simulation (2008).
public struct NASAScore: SumMetric {
    public typealias Prediction = Double
    public typealias Target = Double

    public let name = "nasa_score"
    public let higherIsBetter = false

    public init() {}

    public func add(_ prediction: Double, _ target: Double, to sums: inout SampleSums) throws {
        try RegressionSums.check(name, prediction, target)
        sums.add(1, at: 0)
        sums.add(Elementary.exp((prediction - target) / (prediction < target ? -13 : 10)) - 1, at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 ? sums[1] : .nan }
}
