/// A model that is fitted in one go and answers with classes: a baseline beside a deep model. Its state is `Codable`, for the bundle.
public protocol ShallowClassifier: Codable, Sendable {
    /// What the samples are: `SampleMatrix` or `SparseMatrix`.
    associatedtype Samples

    /// The name in reports, such as `boosted_trees`.
    static var name: String { get }

    /// Learns from samples and their labels 0, 1, … Fitting again forgets.
    mutating func fit(_ samples: Samples, _ labels: [Int]) throws

    /// [rows, classes]. Throws where the model is not fitted, or on other columns.
    func predictProbabilities(_ samples: Samples) throws -> SampleMatrix
}

extension ShallowClassifier {
    /// The likeliest class of each row.
    public func predict(_ samples: Samples) throws -> [Int] { try predictProbabilities(samples).likeliest }
}
