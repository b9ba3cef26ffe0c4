/// Word edits / words of the targets, over all texts. Words are what white space separates.
public struct WordErrorRate: SumMetric {
    public typealias Prediction = String
    public typealias Target = String

    public let name = "wer"
    public let higherIsBetter = false
    public var undefined: String { "the targets have no word" }

    public init() {}

    public func add(_ prediction: String, _ target: String, to sums: inout SampleSums) throws {
        let words = Tokens.words(target)
        sums.add(Double(words.count), at: 0)
        sums.add(Double(EditDistance.between(Tokens.words(prediction), words)), at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 && sums[0] > 0 ? sums[1] / sums[0] : .nan }
}
