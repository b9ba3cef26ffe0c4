import Datasets
import Features

/// The rows of a table.
struct TableItems: ItemSource {
    private let intake: TableIntake
    private let table: Table
    private let scan: TableScan?
    private var isDone = false
    private var row = 0

    init(_ table: Table, _ intake: TableIntake) throws {
        for column in intake.features.requiredColumns { _ = try table.field(column.name) }
        self.table = table
        self.intake = intake
        // Where nothing depends on other rows, a table larger than memory is answered piece by piece.
        scan = intake.isRowByRow ? try table.scan() : nil
    }

    mutating func next() throws -> ItemBatch? {
        let frame: Frame
        if let scan {
            guard let piece = try scan.next() else { return nil }
            frame = try piece.frame()
        } else {
            if isDone { return nil }
            isDone = true
            frame = try table.frame()
        }
        defer { row += frame.rowCount }
        return try intake.items(frame, from: row)
    }
}

extension TableIntake {
    /// The rows of a frame with their samples.
    ///
    /// - Parameter first: the number of the frame's first row.
    func items(_ frame: Frame, from first: Int = 0) throws -> ItemBatch {
        let (values, rows, set) = try samples(frame)
        let problems = set.dropped.flatMap { dropped in
            dropped.rows.map { ItemBatch.Problem(row: $0, name: "row \(first + $0)", reason: dropped.reason) }
        }
        return ItemBatch(
            frame: frame, values: values, rows: rows, problems: problems, incomplete: frame.rowCount - rows.count - problems.count)
    }
}
