/// Name and type of a table's column.
public struct TableField: Sendable, Hashable {
    public let name: String
    public let type: TableType

    public init(_ name: String, _ type: TableType) {
        self.name = name
        self.type = type
    }
}

extension TableField: CustomStringConvertible {
    public var description: String { "\(name): \(type)" }
}
