/// How well the entities of one type are found.
public struct EntityScore: Hashable, Sendable {
    public let type: String
    public let hits: Int
    /// Entities that the model names.
    public let found: Int
    /// Entities that there are.
    public let count: Int
    public var precision: Double { found > 0 ? Double(hits) / Double(found) : 0 }
    public var recall: Double { count > 0 ? Double(hits) / Double(count) : 0 }
    public var f1: Double { found + count > 0 ? 2 * Double(hits) / Double(found + count) : 0 }
}
