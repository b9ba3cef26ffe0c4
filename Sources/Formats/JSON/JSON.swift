/// A JSON value: what configuration, manifests and graphs are stored as.
///
/// Objects keep the order of their keys. Whole numbers are exact to 64 bits; other numbers are `Double`s.
public enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A whole number from -2⁶³ to 2⁶³ - 1.
    case integer(Int64)
    /// A whole number from 2⁶³ to 2⁶⁴ - 1; smaller ones are `integer`.
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object(Object)

    /// A whole number of any type.
    public init(_ value: some BinaryInteger) {
        if let small = Int64(exactly: value) { self = .integer(small) } else { self = .unsigned(UInt64(clamping: value)) }
    }
}

// MARK: Looking inside

extension JSON {
    /// The value under a key; nil where there is none or this is no object.
    public subscript(key: String) -> JSON? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    /// An element; nil where there is none or this is no array.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    public var isNull: Bool { self == .null }

    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// A whole number that fits; one that is written as `3.0` or `1e3` is no whole number.
    public func whole<Whole: FixedWidthInteger>(_ type: Whole.Type = Whole.self) -> Whole? {
        switch self {
        case .integer(let value): Whole(exactly: value)
        case .unsigned(let value): Whole(exactly: value)
        default: nil
        }
    }

    public var int: Int? { whole() }

    /// Any number.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    public var array: [JSON]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    public var object: Object? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// What kind of value it is, in words for messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .integer, .unsigned, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

// MARK: Writing values in code

// Not from `nil`: where an optional value is expected, that would silently be `.some(.null)`.
extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object with these keys; where a key stands twice, the last one counts.
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Object(elements)) }
}

extension JSON: CustomStringConvertible {
    /// The compact text.
    public var description: String { text() }
}
