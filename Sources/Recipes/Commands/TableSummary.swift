public import Features
public import Formats

/// What stands in the columns of a table.
public struct TableSummary: Sendable, Hashable, Codable {
    public struct Part: Sendable, Hashable, Codable {
        public let name: String
        public let type: ColumnType
        public let nulls: Int
        /// Different values, counted up to a bound.
        public let distinct: Int
        public let least: Double?
        public let mean: Double?
        public let most: Double?
        /// The most frequent values of text, flags and small whole numbers, with their counts.
        public let frequent: [Frequent]
    }

    public struct Frequent: Sendable, Hashable, Codable {
        public let value: String
        public let count: Int
    }

    /// Different values that are counted, at most.
    public static let mostDistinct = 100_000

    public let rows: Int
    public let columns: [Part]

    public var json: JSON { get throws { try JSON(encoding: self) } }

    public init(_ frame: Frame) {
        rows = frame.rowCount
        columns = zip(frame.names, frame.columns).map { name, column in
            var counts: [Cell: Int] = [:]
            for row in 0..<column.count where !column.isNull(row) {
                let cell = column[row]
                if counts[cell] != nil || counts.count < Self.mostDistinct { counts[cell, default: 0] += 1 }
            }
            let numbers = (column.numbers ?? []).filter { !$0.isNaN }
            let sum = numbers.reduce(0, +)
            let isListed = column.type == .category || column.type == .bool || column.type == .int && counts.count <= 20
            let frequent = counts.sorted { $0.value == $1.value ? "\($0.key)" < "\($1.key)" : $0.value > $1.value }.prefix(isListed ? 5 : 0)
            return Part(
                name: name, type: column.type, nulls: column.nullCount, distinct: counts.count, least: numbers.min(),
                mean: numbers.isEmpty ? nil : sum / Double(numbers.count), most: numbers.max(),
                frequent: frequent.map { Frequent(value: "\($0.key)", count: $0.value) })
        }
    }
}
