/// The mean of the targets, whatever the sample.
public struct MeanTarget: ShallowRegressor {
    public static let name = "mean"
    /// The mean of each output; empty before it is fitted.
    public private(set) var means: [Double] = []

    public init() {}

    public mutating func fit(_ samples: SampleMatrix, _ targets: SampleMatrix) throws {
        try ShallowChecks.targets(Self.name, samples, targets)
        means = Array(repeating: 0, count: targets.columns)
        for row in 0..<targets.rows {
            for (output, value) in targets.row(row).enumerated() { means[output] += Double(value) / Double(targets.rows) }
        }
    }

    public func predict(_ samples: SampleMatrix) throws -> SampleMatrix {
        guard !means.isEmpty else { throw LearningError(Self.name, "the model is not fitted") }
        let row = means.map { Float($0) }
        return SampleMatrix(unchecked: samples.rows, row.count, (0..<samples.rows).flatMap { _ in row })
    }
}
