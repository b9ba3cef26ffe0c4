import CArrow
import Features

/// The columns that all batches of a scan share.
final class BatchHeader: Sendable {
    let fields: [TableField]
    /// Of a batch: its children are the columns.
    let layout: Layout
    let places: [String: Int]

    init(fields: [TableField], layout: Layout) {
        self.fields = fields
        self.layout = layout
        places = Dictionary(fields.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }
}

/// The memory of a batch.
///
/// `@unchecked Sendable`: what Arrow has handed out never changes, and releasing it is safe on every thread.
final class BatchStorage: @unchecked Sendable {
    let array: ArrowArray

    init(_ array: ArrowArray) { self.array = array }

    deinit {
        var array = array
        array.release?(&array)
    }
}

/// Some rows of a table, in Arrow's memory.
public struct RecordBatch: Sendable {
    let header: BatchHeader
    let storage: BatchStorage
    /// The rows of the storage that belong to the batch.
    let rows: Range<Int>

    init(_ header: BatchHeader, _ storage: BatchStorage, rows: Range<Int>? = nil) {
        self.header = header
        self.storage = storage
        self.rows = rows ?? 0..<Int(storage.array.length)
    }

    public var fields: [TableField] { header.fields }
    public var rowCount: Int { rows.count }

    /// Some of the rows, over the same memory.
    public func slice(_ range: Range<Int>) -> RecordBatch {
        demand(range.lowerBound >= 0 && range.upperBound <= rowCount, DatasetError("batch", "rows \(range) of \(rowCount)"))
        return RecordBatch(header, storage, rows: rows.lowerBound + range.lowerBound..<rows.lowerBound + range.upperBound)
    }

    /// The column of this name; throws with the nearest name where there is none.
    public func column(_ name: String) throws -> RecordColumn {
        guard let place = header.places[name] else {
            throw DatasetError("batch", "there is no column '\(name)'\(hint(for: name, among: fields.map(\.name)))")
        }
        return self[place]
    }

    /// The column at this place; traps where there is none.
    public subscript(place: Int) -> RecordColumn {
        demand(fields.indices.contains(place), DatasetError("batch", "no column \(place) of \(fields.count)"))
        return RecordColumn(
            field: header.fields[place], layout: header.layout.children[place], storage: storage,
            array: storage.array.children[place]!.pointee, offset: Int(storage.array.offset) + rows.lowerBound, count: rowCount)
    }

    public var columns: [RecordColumn] { fields.indices.map { self[$0] } }
}
