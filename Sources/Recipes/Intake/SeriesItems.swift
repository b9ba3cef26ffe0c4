import Datasets
import Features
import Formats

/// Windows over a table: the last one, or every so many rows one, so that the last one is among them.
struct SeriesItems: ItemSource {
    private let prepare: SeriesPreparation
    private let columns: [Column]
    private let numbers: [[Double]]
    private let order: Column?
    /// The row with which each window ends.
    private let ends: [Int]
    private let batch: Int
    private var place = 0

    init(_ frame: Frame, _ prepare: SeriesPreparation, every: Int?, batch: Int, at path: String) throws {
        self.prepare = prepare
        self.batch = batch
        columns = try prepare.columns.map { name in
            let column = try frame.column(name)
            guard column.numbers != nil else { throw RecipeError("run", "column '\(name)' holds no numbers", at: path) }
            return column
        }
        numbers = columns.map { $0.numbers ?? [] }
        order = try prepare.order.flatMap { try frame.contains($0) ? frame.column($0) : nil }
        guard frame.rowCount >= prepare.lookBack else {
            throw RecipeError("run", "has \(frame.rowCount) rows, a forecast needs \(prepare.lookBack)", at: path)
        }
        let last = frame.rowCount - 1
        ends = every.map { Array(stride(from: last, through: prepare.lookBack - 1, by: -$0).reversed()) } ?? [last]
    }

    /// The first value that is missing.
    private func gap(in steps: ClosedRange<Int>) -> (row: Int, place: Int)? {
        for step in steps {
            for place in columns.indices where columns[place].isNull(step) || !numbers[place][step].isFinite { return (step, place) }
        }
        return nil
    }

    mutating func next() throws -> ItemBatch? {
        guard place < ends.count else { return nil }
        let chosen = Array(ends[place..<min(place + batch, ends.count)])
        place += chosen.count
        var values: [Float] = [], rows: [Int] = [], problems: [ItemBatch.Problem] = []
        for (row, end) in chosen.enumerated() {
            let steps = end - prepare.lookBack + 1...end
            if let gap = gap(in: steps) {
                let reason = "row \(gap.row) has no number in '\(prepare.columns[gap.place])'"
                problems.append(.init(row: row, name: "window that ends with row \(end)", reason: reason))
                continue
            }
            for step in steps { for column in columns.indices { values.append(prepare.scaled(numbers[column][step], column)) } }
            rows.append(row)
        }
        var frame = try Frame(["origin": Column(chosen)])
        if let order, let name = prepare.order, name != "origin" { try frame.add(name, order.rows(chosen)) }
        return ItemBatch(frame: frame, values: .fractions(values), rows: rows, problems: problems)
    }
}
