/// Boosted trees that answer with classes: logistic for two, softmax for more.
public struct BoostedTreesClassifier: ShallowClassifier {
    public static let name = "boosted_trees"
    public private(set) var trees: BoostedTrees

    public init(_ options: BoostedTrees.Options = .init()) { trees = BoostedTrees(options) }

    public mutating func fit(_ samples: SampleMatrix, _ labels: [Int]) throws { try fit(samples, labels, validation: nil) }

    /// The same with weights, and with a validation part that says when to end; see `BoostedTrees.fit`.
    public mutating func fit(
        _ samples: SampleMatrix, _ labels: [Int], weights: [Float]? = nil, validation: (samples: SampleMatrix, labels: [Int])?
    ) throws {
        let classes = try ShallowChecks.classes("boostedTrees", rows: samples.rows, labels)
        try trees.fit(
            samples, SampleMatrix(column: labels.map { Float($0) }), loss: classes > 2 ? .softmax : .logistic, weights: weights,
            validation: validation.map { ($0.samples, SampleMatrix(column: $0.labels.map { Float($0) })) })
    }

    public func predictProbabilities(_ samples: SampleMatrix) throws -> SampleMatrix { try trees.predict(samples) }
}
