/// Says that a model cannot be trained, saved or measured as asked: the operation, the place and the reason.
public struct LearningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, such as `checkpoint`.
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

/// Ends the program with the text of an error. Not `preconditionFailure`, which says nothing in optimised builds.
func trap(_ error: any Error) -> Never { fatalError("\(error)") }

/// Ends the program with the text of an error unless the condition holds.
func demand(_ condition: Bool, _ error: @autoclosure () -> LearningError) {
    if !condition { trap(error()) }
}
