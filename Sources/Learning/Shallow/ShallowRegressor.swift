/// A model that is fitted in one go and answers with numbers: a baseline beside a deep model. Its state is `Codable`, for the bundle.
public protocol ShallowRegressor: Codable, Sendable {
    /// The name in reports, such as `ridge`.
    static var name: String { get }

    /// Learns from samples [rows, columns] and their targets [rows, outputs]. Fitting again forgets.
    mutating func fit(_ samples: SampleMatrix, _ targets: SampleMatrix) throws

    /// [rows, outputs]. Throws where the model is not fitted, or on other columns.
    func predict(_ samples: SampleMatrix) throws -> SampleMatrix
}
