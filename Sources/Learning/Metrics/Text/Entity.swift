/// A named stretch of a sequence of tags.
public struct Entity: Hashable, Sendable {
    public let type: String
    /// The first token.
    public let start: Int
    /// The token after the last.
    public let end: Int

    public init(type: String, start: Int, end: Int) {
        self.type = type
        self.start = start
        self.end = end
    }
}
