/// Boosted trees that answer with numbers, by squared loss; a sequence of trees an output.
public struct BoostedTreesRegressor: ShallowRegressor {
    public static let name = "boosted_trees"
    public private(set) var trees: BoostedTrees

    public init(_ options: BoostedTrees.Options = .init()) { trees = BoostedTrees(options) }

    public mutating func fit(_ samples: SampleMatrix, _ targets: SampleMatrix) throws { try fit(samples, targets, validation: nil) }

    /// The same with weights, and with a validation part that says when to end; see `BoostedTrees.fit`.
    public mutating func fit(
        _ samples: SampleMatrix, _ targets: SampleMatrix, weights: [Float]? = nil,
        validation: (samples: SampleMatrix, targets: SampleMatrix)?
    ) throws {
        try trees.fit(samples, targets, loss: .squared, weights: weights, validation: validation)
    }

    public func predict(_ samples: SampleMatrix) throws -> SampleMatrix { try trees.predict(samples) }
}
