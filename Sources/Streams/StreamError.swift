/// Says that an event, a state or a setting cannot be used: the operation, the place and the reason.
public struct StreamError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, such as `state`.
    public let operation: String
    /// Where: a field, a key, a line; empty where there is no such place.
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
