import Learning

/// Batches of a table's rows in their order. A batch may lie across the ends of what the scan hands out; then its parts are joined.
struct OrderedTableIterator: BatchIterator {
    private let scan: TableScan
    private let tensors: [TableTensor]
    private let batchSize: Int
    private var waiting: RecordBatch?

    init(scan: TableScan, tensors: [TableTensor], batchSize: Int, skipping rows: Int) throws {
        self.scan = scan
        self.tensors = tensors
        self.batchSize = batchSize
        var left = rows
        while left > 0, let batch = try scan.next() {
            if left < batch.rowCount { waiting = batch.slice(left..<batch.rowCount) }
            left -= min(left, batch.rowCount)
        }
    }

    mutating func next() throws -> Batch? {
        var parts: [RecordBatch] = []
        var rows = 0
        while rows < batchSize {
            guard let batch = try waiting ?? scan.next() else { break }
            let taken = min(batchSize - rows, batch.rowCount)
            waiting = taken < batch.rowCount ? batch.slice(taken..<batch.rowCount) : nil
            parts.append(taken == batch.rowCount ? batch : batch.slice(0..<taken))
            rows += taken
        }
        return parts.isEmpty ? nil : try tensors.batch(of: parts)
    }
}
