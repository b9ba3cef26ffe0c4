/// The share of samples whose label is predicted.
public struct Accuracy: SumMetric {
    public typealias Prediction = Int
    public typealias Target = Int

    public let name = "accuracy"
    public let higherIsBetter = true

    public init() {}

    public func add(_ prediction: Int, _ target: Int, to sums: inout SampleSums) throws {
        sums.add(1, at: 0)
        if prediction == target { sums.add(1, at: 1) }
    }

    public func value(of sums: [Double]) -> Double { sums.isEmpty ? .nan : (sums.count > 1 ? sums[1] : 0) / sums[0] }
}
