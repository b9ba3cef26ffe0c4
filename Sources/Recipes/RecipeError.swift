/// Says that a recipe cannot be read or carried out: the operation, the place and the reason.
public struct RecipeError: Error, Hashable, Sendable, CustomStringConvertible {
    public let operation: String
    /// A file, a key or a column; empty where there is no such place.
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
