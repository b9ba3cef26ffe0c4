/// A measure of a model on data: a name such as `loss` or `accuracy`, and its value.
public struct Score: Hashable, Sendable, Codable {
    public let name: String
    public let value: Double

    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}
