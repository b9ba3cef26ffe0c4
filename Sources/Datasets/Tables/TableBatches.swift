public import Learning

/// A table as a source of training batches, with bounded memory however large it is.
///
/// ```swift
/// let source = try TableBatches(
///     Table(at: "s3://plant/history"), [TableTensor("inputs", columns: ["torque", "speed"]), TableTensor("target", column: "wear")],
///     batchSize: 256, shuffleSeed: 7)
/// ```
/// The order of an epoch is that of `TableShuffle`, a function of (seed, epoch) alone; without a seed it is that of the table. Without a seed, a
/// run that is continued at batch `n` reads past the rows before it.
public final class TableBatches: BatchSource {
    public let sampleCount: Int
    public let batchSize: Int
    public let tensors: [TableTensor]

    private let table: Table
    private let filter: Filter?
    private let columns: [String]
    private let shuffle: TableShuffle?

    /// - Parameter filter: which rows to take.
    /// - Parameter shuffleSeed: nil for the order of the table.
    /// - Parameter memory: bytes for rows in memory.
    /// - Parameter folder: where rows rest that do not fit; nil for the system's folder for temporary files.
    public init(
        _ table: Table, _ tensors: [TableTensor], where filter: Filter? = nil, batchSize: Int, shuffleSeed: UInt64? = nil,
        memory: Int = 1 << 29, folder: String? = nil
    ) throws {
        guard batchSize > 0 else { throw DatasetError("batches", "a batch has at least one row, not \(batchSize)", at: table.path) }
        guard !tensors.isEmpty, Set(tensors.map(\.name)).count == tensors.count else {
            throw DatasetError("batches", "needs tensors with different names, got \(tensors.map(\.name))", at: table.path)
        }
        var columns: [String] = []
        for tensor in tensors {
            guard !tensor.columns.isEmpty else { throw DatasetError("batches", "the tensor has no columns", at: tensor.name) }
            for name in tensor.columns where !columns.contains(name) { columns.append(try table.field(name).name) }
        }
        self.table = table
        self.tensors = tensors
        self.filter = filter
        self.columns = columns
        self.batchSize = batchSize
        sampleCount = try table.rowCount(where: filter)
        shuffle = try shuffleSeed.map { try TableShuffle(table, columns: columns, where: filter, seed: $0, memory: memory, folder: folder) }
    }

    public func batches(epoch: Int, from first: Int) throws -> any BatchIterator {
        guard first >= 0 else { throw DatasetError("batches", "there is no batch \(first)", at: table.path) }
        if let shuffle {
            return ShuffledTableIterator(rows: try shuffle.epoch(epoch), tensors: tensors, batchSize: batchSize, number: first)
        }
        let scan = try table.scan(columns: columns, where: filter)
        return try OrderedTableIterator(scan: scan, tensors: tensors, batchSize: batchSize, skipping: first * batchSize)
    }
}
