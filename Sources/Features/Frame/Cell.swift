/// One value of a table or of an event.
public enum Cell: Sendable, Hashable {
    case null
    case number(Double)
    case int(Int64)
    case bool(Bool)
    case string(String)
    /// Microseconds since 1970-01-01 00:00 UTC.
    case timestamp(Int64)

    public var isNull: Bool { self == .null }

    /// The value as a number, with truth as 1 and falsehood as 0; nil for null, strings and timestamps.
    public var number: Double? {
        switch self {
        case .number(let value): value
        case .int(let value): Double(value)
        case .bool(let value): value ? 1 : 0
        case .null, .string, .timestamp: nil
        }
    }

    /// What kind of value it is, for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .number: "a number"
        case .int: "a whole number"
        case .bool: "a truth value"
        case .string: "a string"
        case .timestamp: "a timestamp"
        }
    }
}

extension Cell: CustomStringConvertible {
    /// The value as text: `null`, `1.5`, `3`, `true`, the string itself, the microseconds.
    public var description: String {
        switch self {
        case .null: "null"
        case .number(let value): Cell.text(of: value)
        case .int(let value), .timestamp(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .string(let value): value
        }
    }

    /// A number as text, a whole one without a fraction, so that 3, 3.0 and "3" name the same category.
    static func text(of value: Double) -> String {
        if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return "\(Int64(value))" }
        return "\(value)"
    }
}

extension Cell: ExpressibleByNilLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByStringLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(stringLiteral value: String) { self = .string(value) }
}
