/// A table in memory: named columns of equal length.
///
/// ```swift
/// var frame = try Frame(["torque": Column([40.1, nil, 42.0], unit: "Nm"), "machine": Column(["a", "a", "b"])])
/// let torque = try frame.column("torque")      // an unknown name is answered with "did you mean"
/// let a = frame.rows(where: { frame[$0, "machine"] == "a" })
/// ```
public struct Frame: Sendable, Equatable {
    /// The columns' names in their order.
    public private(set) var names: [String] = []
    public private(set) var columns: [Column] = []
    public private(set) var rowCount = 0
    private var places: [String: Int] = [:]

    /// A table without columns and rows.
    public init() {}

    /// A table of these columns; throws where their lengths differ or a name comes twice.
    public init(_ columns: KeyValuePairs<String, Column>) throws { try self.init(columns.map { ($0.key, $0.value) }) }

    /// A table of these columns; throws where their lengths differ or a name comes twice.
    public init(_ columns: [(String, Column)]) throws {
        for (name, column) in columns { try add(name, column) }
    }

    // For rows of columns that are known to fit.
    init(names: [String], columns: [Column], rowCount: Int, places: [String: Int]) {
        self.names = names
        self.columns = columns
        self.rowCount = rowCount
        self.places = places
    }

    public static func == (left: Frame, right: Frame) -> Bool {
        left.rowCount == right.rowCount && left.names == right.names && left.columns == right.columns
    }

    // MARK: Columns

    /// The columns' names, types and units.
    public var fields: [Field] { zip(names, columns).map { Field($0, $1.type, unit: $1.unit) } }

    public func contains(_ name: String) -> Bool { places[name] != nil }

    /// Where the column stands, or nil.
    public func place(of name: String) -> Int? { places[name] }

    /// The column of this name; throws with the nearest name where there is none.
    public func column(_ name: String) throws -> Column {
        guard let place = places[name] else { throw FeatureError("frame", "no column '\(name)'\(hint(for: name, among: names))") }
        return columns[place]
    }

    /// The columns whose names fit a pattern, in their order: `*` stands for any letters, `?` for one.
    public func names(matching pattern: String) -> [String] { names.filter { fits($0, pattern) } }

    /// The value of a row; traps where there is no such row or column.
    public subscript(_ row: Int, _ name: String) -> Cell {
        guard let place = places[name] else { trap(FeatureError("frame", "no column '\(name)'\(hint(for: name, among: names))")) }
        return columns[place][row]
    }

    /// Puts a column behind the others; throws where its length differs or the name is taken.
    public mutating func add(_ name: String, _ column: Column) throws {
        if places[name] != nil { throw FeatureError("frame", "a column '\(name)' is there already") }
        if !columns.isEmpty, column.count != rowCount {
            throw FeatureError("frame", "the column has \(column.count) rows, the frame \(rowCount)", at: name)
        }
        rowCount = column.count
        places[name] = columns.count
        names.append(name)
        columns.append(column)
    }

    /// Puts other values in the place of a column; throws where its length differs or there is no such column.
    public mutating func replace(_ name: String, _ column: Column) throws {
        guard let place = places[name] else { throw FeatureError("frame", "no column '\(name)'\(hint(for: name, among: names))") }
        if column.count != rowCount { throw FeatureError("frame", "the column has \(column.count) rows, the frame \(rowCount)", at: name) }
        columns[place] = column
    }

    /// Only these columns, in this order.
    public func selecting(_ wanted: [String]) throws -> Frame { try Frame(wanted.map { ($0, try column($0)) }) }

    /// All columns but these.
    public func dropping(_ unwanted: [String]) throws -> Frame {
        for name in unwanted { _ = try column(name) }
        let gone = Set(unwanted)
        return try Frame(zip(names, columns).filter { !gone.contains($0.0) }.map { ($0.0, $0.1) })
    }

    /// The same columns, one under another name.
    public func renaming(_ name: String, to other: String) throws -> Frame {
        _ = try column(name)
        return try Frame(zip(names, columns).map { ($0.0 == name ? other : $0.0, $0.1) })
    }

    /// The values of a row by their columns' names.
    public func row(_ row: Int) -> [String: Cell] {
        var cells = [String: Cell](minimumCapacity: names.count)
        for (name, column) in zip(names, columns) { cells[name] = column[row] }
        return cells
    }

    /// Puts the rows of another frame behind these. It has the same columns, in any order, of the same types and units.
    public mutating func append(_ other: Frame) throws {
        if columns.isEmpty {
            self = other
            return
        }
        var ordered: [Column] = []
        for (name, mine) in zip(names, columns) {
            guard let place = other.places[name] else {
                throw FeatureError("append", "the rows to append have no column '\(name)'\(hint(for: name, among: other.names))")
            }
            let theirs = other.columns[place]
            if theirs.type != mine.type { throw FeatureError("append", "\(theirs.type) does not fit \(mine.type)", at: name) }
            if theirs.unit != mine.unit {
                throw FeatureError("append", "the unit \(theirs.unit ?? "none") does not fit \(mine.unit ?? "none")", at: name)
            }
            ordered.append(theirs)
        }
        if let extra = other.names.first(where: { places[$0] == nil }) {
            throw FeatureError("append", "there is no column '\(extra)' to append to\(hint(for: extra, among: names))")
        }
        for place in columns.indices { columns[place].append(ordered[place]) }
        rowCount += other.rowCount
    }
}

/// Whether a name fits a pattern in which `*` stands for any letters and `?` for one.
func fits(_ name: String, _ pattern: String) -> Bool {
    let name = Array(name.unicodeScalars), pattern = Array(pattern.unicodeScalars)
    // Only the last star can be stretched: an earlier one would do no better.
    var i = 0, j = 0, star = -1, mark = 0
    while i < name.count {
        if j < pattern.count, pattern[j] == "*" {
            star = j
            mark = i
            j += 1
        } else if j < pattern.count, pattern[j] == "?" || pattern[j] == name[i] {
            i += 1
            j += 1
        } else if star >= 0 {
            j = star + 1
            mark += 1
            i = mark
        } else {
            return false
        }
    }
    while j < pattern.count, pattern[j] == "*" { j += 1 }
    return j == pattern.count
}
