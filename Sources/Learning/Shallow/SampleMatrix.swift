/// Samples as rows of numbers, one after the other.
public struct SampleMatrix: Hashable, Sendable, Codable {
    public let rows: Int
    public let columns: Int
    /// [rows, columns]; a missing value is NaN.
    public var values: [Float]

    /// Throws unless there are rows · columns values.
    public init(rows: Int, columns: Int, _ values: [Float]) throws {
        let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard rows >= 0, columns >= 0, !overflow, count == values.count else {
            throw LearningError("samples", "\(values.count) values for \(rows) rows of \(columns) columns")
        }
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// Throws unless all rows are of one length.
    public init(_ rows: [[Float]]) throws {
        let columns = rows.first?.count ?? 0
        for (index, row) in rows.enumerated() where row.count != columns {
            throw LearningError("samples", "row \(index) has \(row.count) values, row 0 has \(columns)")
        }
        try self.init(rows: rows.count, columns: columns, rows.flatMap { $0 })
    }

    /// One column.
    public init(column: [Float]) {
        rows = column.count
        columns = 1
        values = column
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            rows: container.decode(Int.self, forKey: .rows), columns: container.decode(Int.self, forKey: .columns),
            container.decode([Float].self, forKey: .values))
    }

    /// Only for counts that are known to fit.
    init(unchecked rows: Int, _ columns: Int, _ values: [Float]) {
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    public subscript(row: Int, column: Int) -> Float {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    public func row(_ index: Int) -> ArraySlice<Float> { values[index * columns..<(index + 1) * columns] }

    public func column(_ index: Int) -> [Float] { (0..<rows).map { values[$0 * columns + index] } }

    /// The rows with these numbers, in this order.
    public func selecting(_ indices: [Int]) -> SampleMatrix {
        var result: [Float] = []
        result.reserveCapacity(indices.count * columns)
        for index in indices { result += row(index) }
        return SampleMatrix(unchecked: indices.count, columns, result)
    }

    /// The class with the highest score of each row; the lowest of equal ones.
    var likeliest: [Int] {
        (0..<rows).map { row in (0..<columns).reduce(0) { self[row, $1] > self[row, $0] ? $1 : $0 } }
    }

    /// Throws where a value is not finite.
    public func checkFinite(_ operation: String) throws {
        if let place = values.firstIndex(where: { !$0.isFinite }) {
            throw LearningError(operation, "row \(place / columns), column \(place % columns) is \(values[place])")
        }
    }
}
