/// The head of a CBOR data item: what follows and how much of it.
public enum CBORItem: Hashable, Sendable {
    case unsigned(UInt64)
    /// The number -1 - n.
    case negative(UInt64)
    case number(Double)
    /// So many bytes follow and are for `CBORReader.content`; nil: pieces follow up to an `end`, for `CBORReader.pieces`.
    case bytes(Int?)
    /// The same for UTF-8.
    case text(Int?)
    /// So many items follow; nil: items up to an `end`.
    case array(Int?)
    /// So many pairs of items follow; nil: pairs up to an `end`.
    case map(Int?)
    /// One item follows, which this number gives a meaning.
    case tag(UInt64)
    case bool(Bool)
    case null
    case undefined
    case simple(UInt8)
    /// The end of a string, an array or a map that did not tell its length.
    case end

    /// For messages.
    public var kind: String {
        switch self {
        case .unsigned, .negative, .number: "a number"
        case .bytes: "bytes"
        case .text: "a text"
        case .array: "an array"
        case .map: "a map"
        case .tag: "a tag"
        case .bool: "a truth value"
        case .null: "null"
        case .undefined: "undefined"
        case .simple: "a simple value"
        case .end: "an end"
        }
    }
}
