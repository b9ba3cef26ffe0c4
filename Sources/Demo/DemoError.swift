/// Says which part of the demonstration cannot go on, and why.
public struct DemoError: Error, CustomStringConvertible {
    public let part: String
    public let reason: String

    public init(_ part: String, _ reason: String) {
        self.part = part
        self.reason = reason
    }

    public var description: String { "demo '\(part)': \(reason)" }
}
