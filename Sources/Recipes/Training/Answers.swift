public import Learning

/// What a model answers to the samples of a part, and what is true.
public struct Answers: Sendable {
    /// Probabilities or numbers, row by row.
    public var values: [Float]
    /// Numbers in a row.
    public let width: Int
    public let truths: [Float]

    /// A metric of the answers.
    public func value(of metric: OutputMetric) throws -> Double { try metric.value(values, width: width, truths, scale: .probabilities) }

    /// The mean of several models' answers to the same samples.
    static func mean(_ all: [Answers]) -> Answers {
        var mean = all[0]
        for other in all.dropFirst() { for place in mean.values.indices { mean.values[place] += other.values[place] } }
        for place in mean.values.indices { mean.values[place] /= Float(all.count) }
        return mean
    }
}
