/// The most frequent class, whatever the sample; its probabilities are the shares of the classes.
public struct MajorityClass: ShallowClassifier {
    public static let name = "majority"
    /// The share of each class; empty before it is fitted.
    public private(set) var shares: [Double] = []

    public init() {}

    public mutating func fit(_ samples: SampleMatrix, _ labels: [Int]) throws {
        let classes = try ShallowChecks.classes(Self.name, rows: samples.rows, labels)
        shares = Array(repeating: 0, count: classes)
        for label in labels { shares[label] += 1 / Double(labels.count) }
    }

    public func predictProbabilities(_ samples: SampleMatrix) throws -> SampleMatrix {
        guard !shares.isEmpty else { throw LearningError(Self.name, "the model is not fitted") }
        let row = shares.map { Float($0) }
        return SampleMatrix(unchecked: samples.rows, row.count, (0..<samples.rows).flatMap { _ in row })
    }
}
