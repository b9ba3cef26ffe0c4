/// What the values of a column are.
public enum ColumnType: String, Sendable, Hashable, Codable, CaseIterable {
    /// 32-bit floating-point numbers.
    case float
    /// 64-bit floating-point numbers.
    case double
    /// Whole numbers of 64 bits.
    case int
    case bool
    /// Strings, each distinct one stored once.
    case category
    /// Microseconds since 1970-01-01 00:00 UTC.
    case timestamp

    /// Whether the values are numbers that one may compute with: `float`, `double`, `int` and `bool` (as 0 and 1).
    public var isNumeric: Bool {
        switch self {
        case .float, .double, .int, .bool: true
        case .category, .timestamp: false
        }
    }
}
