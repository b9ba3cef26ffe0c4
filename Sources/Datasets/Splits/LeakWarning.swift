/// One way in which answers leak into training, with how often and in words.
public struct LeakWarning: Sendable, Hashable, Codable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable, Codable { case duplicates, future, groups, column }

    public let kind: Kind
    /// How many rows, groups or columns.
    public let count: Int
    /// Rows to look at.
    public let rows: [Int]
    public let description: String

    init(_ kind: Kind, count: Int, rows: [Int], _ description: String) {
        self.kind = kind
        self.count = count
        self.rows = rows
        self.description = description
    }
}
