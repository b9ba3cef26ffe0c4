/// A CBOR value (RFC 8949): JSON's values, and byte strings, tags, and keys of any kind.
///
/// Integers reach from -2⁶⁴ to 2⁶⁴ - 1. Floating-point numbers of every width are `Double`s; they are written in the fewest bytes that keep
/// the value. Maps keep the order of their keys and have each key once.
public indirect enum CBOR: Hashable, Sendable {
    case unsigned(UInt64)
    /// The number -1 - n, which is written as n.
    case negative(UInt64)
    case number(Double)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([Pair])
    case tagged(UInt64, CBOR)
    case bool(Bool)
    case null
    case undefined
    /// One of the values that the standard leaves open: 0...19 and 32...255.
    case simple(UInt8)

    /// A key of a map and its value.
    public struct Pair: Hashable, Sendable {
        public var key: CBOR
        public var value: CBOR

        public init(_ key: CBOR, _ value: CBOR) {
            self.key = key
            self.value = value
        }
    }

    /// What bytes may ask of the reader before they are refused: the same as for a JSON text.
    public typealias Limits = JSON.Limits

    /// A whole number of any type; one beyond -2⁶⁴...2⁶⁴ - 1 becomes the nearest.
    public init(_ value: some BinaryInteger) {
        self = value < 0 ? .negative(UInt64(clamping: -1 - value)) : .unsigned(UInt64(clamping: value))
    }
}

// MARK: Looking inside

extension CBOR {
    /// The value under a key that is a text; nil where there is none or this is no map.
    public subscript(key: String) -> CBOR? { self[.text(key)] }

    /// The value under a key that is a whole number, as SenML and COSE have them.
    public subscript(label label: Int) -> CBOR? { self[CBOR(label)] }

    private subscript(key: CBOR) -> CBOR? {
        guard case .map(let pairs) = self else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    /// A whole number that fits.
    public func whole<Whole: FixedWidthInteger>(_ type: Whole.Type = Whole.self) -> Whole? {
        switch self {
        case .unsigned(let value): Whole(exactly: value)
        case .negative(let value): Int64(exactly: value).flatMap { Whole(exactly: -1 - $0) }
        default: nil
        }
    }

    /// Any number.
    public var double: Double? {
        switch self {
        case .unsigned(let value): Double(value)
        case .negative(let value): -1 - Double(value)
        case .number(let value): value
        default: nil
        }
    }

    public var string: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }
}

extension CBOR: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(integerLiteral value: Int) { self.init(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: CBOR...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (CBOR, CBOR)...) { self = .map(elements.map { Pair($0, $1) }) }
    public init(nilLiteral: ()) { self = .null }
}
