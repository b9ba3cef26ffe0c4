/// The mean of −log p of the true class, in nats. Probabilities are kept at least 2⁻⁵² away from 0 and 1.
public struct LogLoss: SumMetric {
    public typealias Prediction = [Double]
    public typealias Target = Int

    public let name = "log_loss"
    public let higherIsBetter = false

    public init() {}

    /// `probabilities` [classes]
    public func add(_ probabilities: [Double], _ target: Int, to sums: inout SampleSums) throws {
        try Scores.check(name, probabilities, target)
        let p = probabilities[target]
        guard p >= 0, p <= 1 + 1e-6 else { throw LearningError(name, "a probability is \(p)") }
        sums.add(1, at: 0)
        sums.add(-Elementary.log(min(max(p, .ulpOfOne), 1 - .ulpOfOne)), at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 ? sums[1] / sums[0] : .nan }
}
