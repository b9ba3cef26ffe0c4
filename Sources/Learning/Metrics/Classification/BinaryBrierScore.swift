/// The mean of (p − y)², with the probability p of class 1, 0 to 1.
public struct BinaryBrierScore: SumMetric {
    public typealias Prediction = Double
    public typealias Target = Int

    public let name = "brier"
    public let higherIsBetter = false

    public init() {}

    public func add(_ probability: Double, _ target: Int, to sums: inout SampleSums) throws {
        try Scores.check(name, probability, target)
        sums.add(1, at: 0)
        sums.add((probability - Double(target)) * (probability - Double(target)), at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 ? sums[1] / sums[0] : .nan }
}
