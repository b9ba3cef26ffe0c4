public import Engine
import Learning

/// A tensor of a training batch, made from columns of a table.
public struct TableTensor: Sendable, Hashable {
    /// In the batch.
    public let name: String
    public let columns: [String]
    /// Whether one column makes a tensor `[batch]` rather than `[batch, 1]`.
    public let isFlat: Bool
    public let dtype: DType
    /// What becomes of nulls.
    public let nulls: NullRule

    /// Columns of numbers side by side: `[batch, columns]`.
    public init(_ name: String, columns: [String], as dtype: DType = .f32, nulls: NullRule = .refuse) {
        self.name = name
        self.columns = columns
        isFlat = false
        self.dtype = dtype
        self.nulls = nulls
    }

    /// One column: numbers as `[batch]`, lists of equal length as `[batch, length]`.
    public init(_ name: String, column: String, as dtype: DType = .f32, nulls: NullRule = .refuse) {
        self.name = name
        columns = [column]
        isFlat = true
        self.dtype = dtype
        self.nulls = nulls
    }

    /// The rows of the batches, one under another; without a copy where one column of one batch allows it.
    func tensor(of batches: [RecordBatch]) throws -> Tensor {
        let rows = batches.reduce(0) { $0 + $1.rowCount }
        let pieces = try batches.map { batch in try columns.map { try batch.column($0) } }
        guard isFlat else { return try RecordColumn.tensor(pieces, shape: [rows, columns.count], as: dtype, nulls: nulls) }
        if pieces.count == 1 { return try pieces[0][0].tensor(as: dtype, nulls: nulls) }
        let lists = try pieces.compactMap { try $0[0].rectangle() }
        guard let length = lists.first?.1 else { return try RecordColumn.tensor(pieces, shape: [rows], as: dtype, nulls: nulls) }
        if let odd = lists.first(where: { $0.1 != length }) {
            throw DatasetError("tensor", "lists of \(length) and of \(odd.1) values do not make a tensor", at: columns[0])
        }
        return try RecordColumn.tensor(lists.map { [$0.0] }, shape: [rows, length], as: dtype, nulls: nulls)
    }
}

extension [TableTensor] {
    /// A batch of these tensors; the first axis counts the rows.
    func batch(of rows: [RecordBatch]) throws -> Batch { Batch(names: map(\.name), tensors: try map { try $0.tensor(of: rows) }) }
}
