/// A column to sort by. Nulls come last either way, not-a-number just before them.
public struct SortKey: Sendable, Hashable, ExpressibleByStringLiteral {
    public let column: String
    public let descending: Bool

    public init(_ column: String, descending: Bool = false) {
        self.column = column
        self.descending = descending
    }

    public init(stringLiteral column: String) { self.init(column) }
}
