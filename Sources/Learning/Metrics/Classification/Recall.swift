/// Hits / samples of a class; 0 where there are none.
public struct Recall: SumMetric {
    public typealias Prediction = Int
    public typealias Target = Int

    public let average: Average
    public var name: String { "recall" + average.suffix }
    public let higherIsBetter = true

    public init(_ average: Average = .binary) { self.average = average }

    public func add(_ prediction: Int, _ target: Int, to sums: inout SampleSums) throws {
        try ClassSums.add(name, prediction, target, to: &sums)
    }

    public func value(of sums: [Double]) -> Double {
        average.value(sums) { hits, _, actual in actual > 0 ? hits / actual : 0 }
    }
}
