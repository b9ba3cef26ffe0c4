/// Character edits / characters of the targets, over all texts. Characters are Unicode scalars.
public struct CharacterErrorRate: SumMetric {
    public typealias Prediction = String
    public typealias Target = String

    public let name = "cer"
    public let higherIsBetter = false
    public var undefined: String { "the targets have no character" }

    public init() {}

    public func add(_ prediction: String, _ target: String, to sums: inout SampleSums) throws {
        let characters = Array(target.unicodeScalars)
        sums.add(Double(characters.count), at: 0)
        sums.add(Double(EditDistance.between(Array(prediction.unicodeScalars), characters)), at: 1)
    }

    public func value(of sums: [Double]) -> Double { sums.count > 1 && sums[0] > 0 ? sums[1] / sums[0] : .nan }
}
