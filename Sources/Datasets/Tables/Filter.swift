import CArrow
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Which rows of a table to read; pushed down to the files, so that parts that cannot match are not read at all.
///
/// ```swift
/// let filter = Filter.column("unit") == 7 && Filter.column("time") >= "2024-05-01" && !Filter.column("torque").isNull
/// ```
/// A comparison with a null is neither true nor false, and such rows are left out. Strings compared with times are read as
/// times, such as `2024-05-31` or `2024-05-31 14:05:00`, in UTC.
public indirect enum Filter: Sendable, Hashable {
    case compare(String, Comparison, Value)
    case isNull(String)
    case isIn(String, [Value])
    case all([Filter])
    case any([Filter])
    case not(Filter)

    public enum Comparison: String, Sendable, Hashable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    /// What a column is compared with.
    public enum Value: Sendable, Hashable {
        case int(Int64)
        case number(Double)
        case string(String)
        case bool(Bool)
        /// Microseconds since 1970-01-01 00:00 UTC.
        case timestamp(Int64)
    }

    /// A column, to be compared.
    public static func column(_ name: String) -> FilterColumn { FilterColumn(name: name) }

    /// The columns that it reads.
    public var columns: Set<String> {
        switch self {
        case .compare(let name, _, _), .isNull(let name), .isIn(let name, _): [name]
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.columns) }
        case .not(let part): part.columns
        }
    }

    public static func && (left: Filter, right: Filter) -> Filter { .all([left, right]) }
    public static func || (left: Filter, right: Filter) -> Filter { .any([left, right]) }
    public static prefix func ! (filter: Filter) -> Filter { .not(filter) }
}

/// A column in a filter.
public struct FilterColumn: Sendable {
    let name: String

    public var isNull: Filter { .isNull(name) }
    public func isIn(_ values: [Filter.Value]) -> Filter { .isIn(name, values) }

    public static func == (column: FilterColumn, value: Filter.Value) -> Filter { .compare(column.name, .equal, value) }
    public static func != (column: FilterColumn, value: Filter.Value) -> Filter { .compare(column.name, .notEqual, value) }
    public static func < (column: FilterColumn, value: Filter.Value) -> Filter { .compare(column.name, .less, value) }
    public static func <= (column: FilterColumn, value: Filter.Value) -> Filter { .compare(column.name, .lessOrEqual, value) }
    public static func > (column: FilterColumn, value: Filter.Value) -> Filter { .compare(column.name, .greater, value) }
    public static func >= (column: FilterColumn, value: Filter.Value) -> Filter { .compare(column.name, .greaterOrEqual, value) }
}

extension Filter.Value: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension Filter {
    /// Lends the filter in postfix order.
    func withTokens<R>(_ body: (UnsafeBufferPointer<mk_arrow_token>) throws -> R) rethrows -> R {
        var tokens: [mk_arrow_token] = []
        append(to: &tokens)
        defer { for token in tokens { free(UnsafeMutablePointer(mutating: token.text)) } }
        return try tokens.withUnsafeBufferPointer(body)
    }

    private func append(to tokens: inout [mk_arrow_token]) {
        func add(_ kind: Int, count: Int = 0, text: String? = nil, integer: Int64 = 0, number: Double = 0) {
            let copy = text.map { UnsafePointer<CChar>(strdup($0)!) }
            tokens.append(mk_arrow_token(kind: Int32(kind), count: Int32(count), text: copy, integer: integer, number: number))
        }
        func add(_ value: Value) {
            switch value {
            case .int(let value): add(MK_ARROW_INTEGER, integer: value)
            case .number(let value): add(MK_ARROW_NUMBER, number: value)
            case .string(let value): add(MK_ARROW_TEXT, text: value)
            case .bool(let value): add(MK_ARROW_BOOLEAN, integer: value ? 1 : 0)
            case .timestamp(let value): add(MK_ARROW_MICROSECONDS, integer: value)
            }
        }
        switch self {
        case .compare(let name, let comparison, let value):
            add(MK_ARROW_FIELD, text: name)
            add(value)
            switch comparison {
            case .equal: add(MK_ARROW_EQUAL)
            case .notEqual: add(MK_ARROW_NOT_EQUAL)
            case .less: add(MK_ARROW_LESS)
            case .lessOrEqual: add(MK_ARROW_LESS_EQUAL)
            case .greater: add(MK_ARROW_GREATER)
            case .greaterOrEqual: add(MK_ARROW_GREATER_EQUAL)
            }
        case .isNull(let name):
            add(MK_ARROW_FIELD, text: name)
            add(MK_ARROW_IS_NULL)
        case .isIn(let name, let values):
            add(MK_ARROW_FIELD, text: name)
            for value in values { add(value) }
            add(MK_ARROW_IS_IN, count: values.count)
        case .all(let parts):
            for part in parts { part.append(to: &tokens) }
            add(MK_ARROW_AND, count: parts.count)
        case .any(let parts):
            for part in parts { part.append(to: &tokens) }
            add(MK_ARROW_OR, count: parts.count)
        case .not(let part):
            part.append(to: &tokens)
            add(MK_ARROW_NOT)
        }
    }
}
