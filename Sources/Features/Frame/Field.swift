/// Name, type and unit of a column.
public struct Field: Sendable, Hashable, Codable {
    public let name: String
    public let type: ColumnType
    public let unit: String?

    public init(_ name: String, _ type: ColumnType, unit: String? = nil) {
        self.name = name
        self.type = type
        self.unit = unit
    }
}
