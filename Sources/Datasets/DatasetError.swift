/// Says that data cannot be read, joined or split as asked: the operation, the place and the reason.
public struct DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, such as `csv`.
    public let operation: String
    /// Where: a file, a column, a line, a parameter; empty where there is no such place.
    public let place: String
    public let reason: String

    public init(_ operation: String, _ reason: String, at place: String = "") {
        self.operation = operation
        self.place = place
        self.reason = reason
    }

    /// `operation 'place': reason`
    public var description: String { place.isEmpty ? "\(operation): \(reason)" : "\(operation) '\(place)': \(reason)" }
}
