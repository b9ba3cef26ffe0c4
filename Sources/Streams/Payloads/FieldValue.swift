/// A plain value of a message, in the forms that formats have.
enum FieldValue {
    case null
    case bool(Bool)
    case decimal(DecimalNumber)
    case double(Double)
    /// In microseconds since 1970.
    case time(Int64)
    /// UTF-8 or not: it is checked when it is used.
    case text(UnsafeRawBufferPointer)

    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .decimal, .double: "a number"
        case .time: "a time"
        case .text: "a text"
        }
    }
}
