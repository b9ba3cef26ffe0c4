/// The mean of −y log p − (1 − y) log(1 − p), in nats, with the probability p of class 1.
public struct BinaryLogLoss: SumMetric {
    public typealias Prediction = Double
    public typealias Target = Int

    public let name = "log_loss"
    public let higherIsBetter = false

    public init() {}

    public func add(_ probability: Double, _ target: Int, to sums: inout SampleSums) throws {
        try Scores.check(name, probability, target)
        guard probability >= 0, probability <= 1 else { throw LearningError(name, "a probability is \(probability)") }
        let p = target == 1 ? probability : 1 - probability
        sums.add(1, at: 0)
        sums.add(-Elementary.log(min(max(p, .ulpOfOne), 1 - .ulpOfOne)), at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 ? sums[1] / sums[0] : .nan }
}
