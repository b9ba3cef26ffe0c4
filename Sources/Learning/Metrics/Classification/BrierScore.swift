/// The mean over the samples of Σₖ (pₖ − yₖ)² over the classes, 0 to 2.
///
/// Brier: Verification of forecasts expressed in terms of probability (1950).
public struct BrierScore: SumMetric {
    public typealias Prediction = [Double]
    public typealias Target = Int

    public let name = "brier"
    public let higherIsBetter = false

    public init() {}

    /// `probabilities` [classes]
    public func add(_ probabilities: [Double], _ target: Int, to sums: inout SampleSums) throws {
        try Scores.check(name, probabilities, target)
        var sum = 0.0
        for (label, p) in probabilities.enumerated() { sum += (p - (label == target ? 1 : 0)) * (p - (label == target ? 1 : 0)) }
        sums.add(1, at: 0)
        sums.add(sum, at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 ? sums[1] / sums[0] : .nan }
}
