/// A column of a table: values of one type, some of them null, perhaps with a unit.
///
/// A null row has a placeholder in `values` that means nothing; `validity` alone says which rows hold a value. Two columns are
/// equal when type, unit, nulls and the values that are not null are equal, numbers bit for bit, categories by their names.
public struct Column: Sendable {
    public enum Values: Sendable {
        case float([Float])
        case double([Double])
        case int([Int64])
        case bool([Bool])
        /// Row `i` is `names[codes[i]]`; names are distinct.
        case category(codes: [Int32], names: [String])
        case timestamp([Int64])
    }

    public internal(set) var values: Values
    /// Which rows hold a value; nil where all do.
    public internal(set) var validity: Validity?
    /// What one of the values is, such as `Nm`.
    public internal(set) var unit: String?

    init(values: Values, validity: Validity?, unit: String?) {
        self.values = values
        self.validity = validity?.nullCount == 0 ? nil : validity
        self.unit = unit
        demand(
            validity == nil || validity?.count == count, FeatureError("column", "\(count) values, validity of \(validity?.count ?? 0) rows")
        )
    }

    // MARK: From values

    public init(_ values: [Float], validity: Validity? = nil, unit: String? = nil) {
        self.init(values: .float(values), validity: validity, unit: unit)
    }
    public init(_ values: [Double], validity: Validity? = nil, unit: String? = nil) {
        self.init(values: .double(values), validity: validity, unit: unit)
    }
    public init(_ values: [Int64], validity: Validity? = nil, unit: String? = nil) {
        self.init(values: .int(values), validity: validity, unit: unit)
    }
    public init(_ values: [Int], validity: Validity? = nil, unit: String? = nil) {
        self.init(values: .int(values.map(Int64.init)), validity: validity, unit: unit)
    }
    public init(_ values: [Bool], validity: Validity? = nil, unit: String? = nil) {
        self.init(values: .bool(values), validity: validity, unit: unit)
    }
    /// Strings, each distinct one stored once.
    public init(_ values: [String], validity: Validity? = nil, unit: String? = nil) {
        var coder = CategoryCoder()
        let codes = values.map { coder.code(of: $0) }
        self.init(values: .category(codes: codes, names: coder.names), validity: validity, unit: unit)
    }
    /// Microseconds since 1970-01-01 00:00 UTC.
    public init(timestamps: [Int64], validity: Validity? = nil) {
        self.init(values: .timestamp(timestamps), validity: validity, unit: nil)
    }

    /// Categories by their number: throws where a code has no name, or a name comes twice. Codes of null rows are not looked at.
    public init(codes: [Int32], names: [String], validity: Validity? = nil, unit: String? = nil) throws {
        if let validity, validity.count != codes.count {
            throw FeatureError("column", "\(codes.count) codes, validity of \(validity.count) rows")
        }
        var codes = codes
        for (row, code) in codes.enumerated() {
            if let validity, !validity[row] {
                codes[row] = 0
                continue
            }
            guard code >= 0, Int(code) < names.count else {
                throw FeatureError("column", "row \(row) has the code \(code), there are \(names.count) names")
            }
        }
        if Set(names).count != names.count { throw FeatureError("column", "the names of categories are not distinct") }
        self.init(values: .category(codes: codes, names: names), validity: validity, unit: unit)
    }

    // MARK: From optional values: nil is null

    public init(_ values: [Double?], unit: String? = nil) {
        self.init(values: .double(values.map { $0 ?? .nan }), validity: Validity(values.map { $0 != nil }), unit: unit)
    }
    public init(_ values: [Float?], unit: String? = nil) {
        self.init(values: .float(values.map { $0 ?? .nan }), validity: Validity(values.map { $0 != nil }), unit: unit)
    }
    public init(_ values: [Int?], unit: String? = nil) {
        self.init(values: .int(values.map { Int64($0 ?? 0) }), validity: Validity(values.map { $0 != nil }), unit: unit)
    }
    public init(_ values: [Bool?], unit: String? = nil) {
        self.init(values: .bool(values.map { $0 ?? false }), validity: Validity(values.map { $0 != nil }), unit: unit)
    }
    public init(_ values: [String?], unit: String? = nil) {
        var coder = CategoryCoder()
        let codes = values.map { value in value.map { coder.code(of: $0) } ?? 0 }
        self.init(values: .category(codes: codes, names: coder.names), validity: Validity(values.map { $0 != nil }), unit: unit)
    }
    public init(timestamps: [Int64?]) {
        self.init(values: .timestamp(timestamps.map { $0 ?? 0 }), validity: Validity(timestamps.map { $0 != nil }), unit: nil)
    }

    // MARK: What it holds

    public var count: Int {
        switch values {
        case .float(let values): values.count
        case .double(let values): values.count
        case .int(let values), .timestamp(let values): values.count
        case .bool(let values): values.count
        case .category(let codes, _): codes.count
        }
    }

    public var type: ColumnType {
        switch values {
        case .float: .float
        case .double: .double
        case .int: .int
        case .bool: .bool
        case .category: .category
        case .timestamp: .timestamp
        }
    }

    public var nullCount: Int { validity?.nullCount ?? 0 }
    public func isNull(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }

    /// The value of a row.
    public subscript(_ row: Int) -> Cell {
        if isNull(row) { return .null }
        return switch values {
        case .float(let values): .number(Double(values[row]))
        case .double(let values): .number(values[row])
        case .int(let values): .int(values[row])
        case .bool(let values): .bool(values[row])
        case .category(let codes, let names): .string(names[Int(codes[row])])
        case .timestamp(let values): .timestamp(values[row])
        }
    }

    /// The column as numbers, not-a-number where it is null; truth is 1. nil for categories and timestamps.
    public var numbers: [Double]? {
        var result: [Double]
        switch values {
        case .float(let values): result = values.map(Double.init)
        case .double(let values): result = values
        case .int(let values): result = values.map(Double.init)
        case .bool(let values): result = values.map { $0 ? 1 : 0 }
        case .category, .timestamp: return nil
        }
        if let validity { for row in result.indices where !validity[row] { result[row] = .nan } }
        return result
    }

    /// The column as text, nil where it is null, numbers as `Cell` writes them.
    public var strings: [String?] {
        if case .category(let codes, let names) = values {
            return codes.indices.map { isNull($0) ? nil : names[Int(codes[$0])] }
        }
        return (0..<count).map { row in
            let cell = self[row]
            return cell.isNull ? nil : "\(cell)"
        }
    }

    /// The same values said to be of this unit.
    public func with(unit: String?) -> Column { Column(values: values, validity: validity, unit: unit) }
}

extension Column: Equatable {
    public static func == (left: Column, right: Column) -> Bool {
        guard left.type == right.type, left.unit == right.unit, left.count == right.count, left.validity == right.validity else {
            return false
        }
        func equal(_ same: (Int) -> Bool) -> Bool {
            for row in 0..<left.count where !left.isNull(row) && !same(row) { return false }
            return true
        }
        switch (left.values, right.values) {
        case (.float(let a), .float(let b)): return equal { a[$0].bitPattern == b[$0].bitPattern }
        case (.double(let a), .double(let b)): return equal { a[$0].bitPattern == b[$0].bitPattern }
        case (.int(let a), .int(let b)), (.timestamp(let a), .timestamp(let b)): return equal { a[$0] == b[$0] }
        case (.bool(let a), .bool(let b)): return equal { a[$0] == b[$0] }
        case (.category(let a, let first), .category(let b, let second)):
            if first == second { return equal { a[$0] == b[$0] } }
            return equal { first[Int(a[$0])] == second[Int(b[$0])] }
        default: return false
        }
    }
}
