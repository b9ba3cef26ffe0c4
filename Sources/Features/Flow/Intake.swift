/// The columns of a table that a plan reads, checked: names, types, units, an entity and a moment for every row.
struct Intake {
    /// Numbers by slot, then by row; whatever is no finite number is not-a-number.
    private(set) var numbers: [[Double]] = []
    /// Columns of strings by their name: the number of a row's string, -1 for null, and the strings.
    private(set) var strings: [String: (codes: [Int32], names: [String])] = [:]
    /// The rows of each entity.
    let entities: Groups
    private(set) var keys: [String] = []
    /// The moments by which the events of an entity are ordered.
    private(set) var moments: [Double]?

    init(_ plan: Plan, _ frame: Frame) throws {
        for definition in plan.raw { numbers.append(try Intake.numbers(frame, definition)) }
        for definition in plan.strings { strings[definition.name] = try Intake.strings(frame, definition) }
        for name in plan.definition.entity where try frame.column(name).nullCount > 0 {
            let column = try frame.column(name)
            let row = (0..<column.count).first(where: column.isNull) ?? 0
            throw FeatureError("features", "row \(row) has no entity", at: name)
        }
        entities = try frame.groups(by: plan.definition.entity)
        let columns = try plan.definition.entity.map { try frame.column($0) }
        keys = (0..<entities.count).map { group in plan.key(columns.map { $0[entities[group].first ?? 0] }) }
        if let order = plan.order {
            moments = numbers[order]
            if let row = numbers[order].firstIndex(where: \.isNaN) {
                throw FeatureError("features", "row \(row) has no moment to be ordered by", at: plan.raw[order].name)
            }
        }
    }

    private static func column(_ frame: Frame, _ definition: ColumnDefinition) throws -> Column {
        guard let place = frame.place(of: definition.name) else {
            throw FeatureError("features", "the table has no column '\(definition.name)'\(hint(for: definition.name, among: frame.names))")
        }
        let column = frame.columns[place]
        if let unit = definition.unit, let other = column.unit, unit != other {
            throw FeatureError("features", "the table has it in \(other), the definition in \(unit)", at: definition.name)
        }
        return column
    }

    static func numbers(_ frame: Frame, _ definition: ColumnDefinition) throws -> [Double] {
        let column = try column(frame, definition)
        if definition.type == .timestamp {
            switch column.values {
            case .timestamp(let values), .int(let values):
                return try values.indices.map { row in
                    if column.isNull(row) { return .nan }
                    return try moment(values[row], definition.name)
                }
            default: throw FeatureError("features", "a timestamp is needed, the table has \(column.type.rawValue)", at: definition.name)
            }
        }
        guard var numbers = column.numbers else {
            throw FeatureError("features", "a number is needed, the table has \(column.type.rawValue)", at: definition.name)
        }
        for row in numbers.indices where !numbers[row].isFinite { numbers[row] = .nan }
        return numbers
    }

    static func strings(_ frame: Frame, _ definition: ColumnDefinition) throws -> (codes: [Int32], names: [String]) {
        let column = try column(frame, definition)
        if column.type == .timestamp {
            throw FeatureError("features", "a string is needed, the table has a timestamp", at: definition.name)
        }
        if case .category(let codes, let names) = column.values {
            return (codes.indices.map { column.isNull($0) ? -1 : codes[$0] }, names)
        }
        var coder = CategoryCoder()
        return (column.strings.map { text in text.map { coder.code(of: $0) } ?? -1 }, coder.names)
    }

    /// A moment as a number: microseconds that 53 bits hold.
    static func moment(_ value: Int64, _ name: String) throws(FeatureError) -> Double {
        if value.magnitude > 1 << 53 { throw FeatureError("features", "\(value) µs lies beyond the year 2255", at: name) }
        return Double(value)
    }

    /// An event's value for a column of numbers.
    static func number(_ cell: Cell, _ definition: ColumnDefinition) throws -> Double {
        switch (definition.type, cell) {
        case (_, .null): return .nan
        case (.timestamp, .timestamp(let value)), (.timestamp, .int(let value)): return try moment(value, definition.name)
        case (.number, .number(let value)): return value.isFinite ? value : .nan
        case (.number, .int(let value)): return Double(value)
        case (.number, .bool(let value)): return value ? 1 : 0
        default: throw FeatureError("features", "a \(definition.type.rawValue) is needed, the event has \(cell.kind)", at: definition.name)
        }
    }
}
