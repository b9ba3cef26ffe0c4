/// A metric that has looked at its samples and answers for any weights of them.
public struct WeightedMetric {
    /// Samples.
    public let count: Int
    /// When the value is not a number, in words.
    public let undefined: String
    private let evaluate: (UnsafeBufferPointer<Double>) -> Double

    /// `evaluate` gets one weight a sample and answers NaN where the value is undefined.
    public init(
        count: Int, undefined: String = "the weights of all samples are 0", _ evaluate: @escaping (UnsafeBufferPointer<Double>) -> Double
    ) {
        self.count = count
        self.undefined = undefined
        self.evaluate = evaluate
    }

    /// The value where each sample counts as much as its weight; NaN where it is undefined.
    public func value(weights: [Double]) -> Double {
        demand(weights.count == count, LearningError("metric", "\(weights.count) weights for \(count) samples"))
        return weights.withUnsafeBufferPointer(evaluate)
    }
}
