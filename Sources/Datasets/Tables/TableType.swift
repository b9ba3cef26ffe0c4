public import Engine

/// What the values of a table's column are.
public indirect enum TableType: Sendable, Hashable {
    case bool
    case i8, i16, i32, i64, u8, u16, u32, u64
    case f16, f32, f64
    case string
    case binary
    /// Days, read as microseconds since 1970-01-01 00:00 UTC.
    case date
    /// Points in time, read as microseconds since 1970-01-01 00:00 UTC; without a zone they are taken to be in UTC.
    case timestamp(zone: String?)
    /// The time of a day, read as microseconds since midnight.
    case time
    /// Spans of time, read as microseconds.
    case duration
    /// Decimal numbers, read as `f64`.
    case decimal(precision: Int, scale: Int)
    /// Numbers of values in a list of distinct ones.
    case dictionary(of: TableType)
    case list(of: TableType)
    case fixedList(of: TableType, count: Int)
    /// A type that cannot be read, in Arrow's notation.
    case other(String)

    /// The type of the values in memory, or nil where they are no numbers.
    public var element: DType? {
        switch self {
        case .bool: .bool
        case .i8: .i8
        case .i16: .i16
        case .i32: .i32
        case .i64, .date, .timestamp, .time, .duration: .i64
        case .u8: .u8
        case .u16: .u16
        case .u32: .u32
        case .u64: .u64
        case .f16: .f16
        case .f32: .f32
        case .f64, .decimal: .f64
        case .string, .binary, .dictionary, .list, .fixedList, .other: nil
        }
    }

    /// Whether the values are numbers that one may compute with: times and dates are not.
    public var isNumeric: Bool {
        switch self {
        case .bool, .i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64, .f16, .f32, .f64, .decimal: true
        default: false
        }
    }

    /// The name by which the shim knows a type that a text column can be given.
    var textName: String? {
        switch self {
        case .bool, .i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64, .f32, .f64, .string, .date: description
        case .timestamp(let zone): zone == nil ? "timestamp" : "timestamp[UTC]"
        default: nil
        }
    }
}

extension TableType: CustomStringConvertible {
    /// Such as `f32`, `string`, `timestamp`, `timestamp[UTC]`, `decimal(10, 2)`, `dictionary of string`, `list of f32`.
    public var description: String {
        switch self {
        case .bool: "bool"
        case .i8: "i8"
        case .i16: "i16"
        case .i32: "i32"
        case .i64: "i64"
        case .u8: "u8"
        case .u16: "u16"
        case .u32: "u32"
        case .u64: "u64"
        case .f16: "f16"
        case .f32: "f32"
        case .f64: "f64"
        case .string: "string"
        case .binary: "binary"
        case .date: "date"
        case .timestamp(let zone): zone.map { "timestamp[\($0)]" } ?? "timestamp"
        case .time: "time"
        case .duration: "duration"
        case .decimal(let precision, let scale): "decimal(\(precision), \(scale))"
        case .dictionary(let values): "dictionary of \(values)"
        case .list(let values): "list of \(values)"
        case .fixedList(let values, let count): "list of \(count) \(values)"
        case .other(let format): "other '\(format)'"
        }
    }
}

extension TableType {
    /// The type of a layout in Arrow's notation.
    init(_ layout: Layout) {
        if let dictionary = layout.dictionary {
            self = .dictionary(of: TableType(dictionary))
            return
        }
        let format = layout.format
        if let simple = TableType.simple[format] {
            self = simple
        } else if format.hasPrefix("ts") {
            let zone = format.drop { $0 != ":" }.dropFirst()
            self = .timestamp(zone: zone.isEmpty ? nil : String(zone))
        } else if format.hasPrefix("tt") {
            self = .time
        } else if format.hasPrefix("tD") {
            self = .duration
        } else if format.hasPrefix("d:") {
            let numbers = format.dropFirst(2).split(separator: ",").compactMap { Int($0) }
            self = numbers.count >= 2 ? .decimal(precision: numbers[0], scale: numbers[1]) : .other(format)
        } else if format.hasPrefix("w:") {
            self = .binary
        } else if format == "+l" || format == "+L", layout.children.count == 1 {
            self = .list(of: TableType(layout.children[0]))
        } else if format.hasPrefix("+w:"), let count = Int(format.dropFirst(3)), layout.children.count == 1 {
            self = .fixedList(of: TableType(layout.children[0]), count: count)
        } else {
            self = .other(format)
        }
    }

    private static let simple: [String: TableType] = [
        "b": .bool, "c": .i8, "s": .i16, "i": .i32, "l": .i64, "C": .u8, "S": .u16, "I": .u32, "L": .u64,
        "e": .f16, "f": .f32, "g": .f64, "u": .string, "U": .string, "vu": .string, "z": .binary, "Z": .binary, "vz": .binary,
        "tdD": .date, "tdm": .date, "n": .string,
    ]
}
