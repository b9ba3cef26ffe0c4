/// What the engine refuses, in words: the operation, the place in the model, the reason and the operands.
public struct EngineError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The operation that refused.
    public let operation: String
    /// The path of the module in whose call the operation stood; empty outside of modules.
    public let path: String
    /// What is wrong, in words.
    public let reason: String
    /// The types that it was given.
    public let operands: [TensorType]

    public init(_ operation: String, _ reason: String, operands: [TensorType] = [], path: String = Scope.path) {
        self.operation = operation
        self.path = path
        self.reason = reason
        self.operands = operands
    }

    public var description: String {
        let place = path.isEmpty ? "" : " '\(path)'"
        let list = operands.isEmpty ? "" : " (" + operands.map(\.description).joined(separator: ", ") + ")"
        return "\(operation)\(place): \(reason)\(list)"
    }
}

/// The path of the module whose call is being traced, for messages and profiles.
public enum Scope {
    @TaskLocal public static var path = ""

    /// Runs `body` with `name` appended to the path: `stem`, then `stem.conv`.
    public static func named<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
        try $path.withValue(path.isEmpty ? name : path + "." + name, operation: body)
    }
}

/// Ends the program with a text. Not `preconditionFailure`, which says nothing in optimised builds.
func trap(_ message: String) -> Never { fatalError(message) }

/// Ends the program with a text unless the condition holds.
func demand(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { trap(message()) }
}
