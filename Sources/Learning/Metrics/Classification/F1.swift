/// (1 + β²) precision · recall / (β² precision + recall), which is (1 + β²) hits / (β² samples + predictions); with β = 1 the F1.
public struct F1: SumMetric {
    public typealias Prediction = Int
    public typealias Target = Int

    public let average: Average
    /// How much more recall counts than precision.
    public let beta: Double
    public var name: String { (beta == 1 ? "f1" : "f\(beta)") + average.suffix }
    public let higherIsBetter = true

    public init(_ average: Average = .binary, beta: Double = 1) {
        self.average = average
        self.beta = beta
    }

    public func add(_ prediction: Int, _ target: Int, to sums: inout SampleSums) throws {
        try ClassSums.add(name, prediction, target, to: &sums)
    }

    public func value(of sums: [Double]) -> Double {
        let square = beta * beta
        return average.value(sums) { hits, predicted, actual in
            let base = square * actual + predicted
            return base > 0 ? (1 + square) * hits / base : 0
        }
    }
}
