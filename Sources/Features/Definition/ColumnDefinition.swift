/// A column that comes from outside: its name, what it holds and its unit.
///
/// In JSON `{"name": "torque", "type": "number", "unit": "Nm"}`; the type is `number` where it is not said.
public struct ColumnDefinition: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Numbers of any width, and truth values as 0 and 1. Null, not-a-number and infinity all mean that the value is missing.
        case number
        /// Categories or text; numbers are taken by how they are written.
        case string
        /// Microseconds since 1970-01-01 00:00 UTC.
        case timestamp
    }

    public let name: String
    public let type: Kind
    public let unit: String?

    public init(_ name: String, _ type: Kind = .number, unit: String? = nil) {
        self.name = name
        self.type = type
        self.unit = unit
    }

    /// The column as a table has it.
    init(_ field: Field) {
        let type: Kind =
            switch field.type {
            case .float, .double, .int, .bool: .number
            case .category: .string
            case .timestamp: .timestamp
            }
        self.init(field.name, type, unit: field.unit)
    }
}

extension ColumnDefinition: Codable {
    public init(from decoder: any Decoder) throws {
        let record = try Record(decoder, called: "columns", keys: ["name", "type", "unit"])
        name = try record.required("name")
        type = record.has("type") ? try record.choice("type") : .number
        unit = try record.optional("unit")
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Record.Key.self)
        try container.write("name", name)
        try container.write("type", type)
        try container.writeIfPresent("unit", unit)
    }
}
