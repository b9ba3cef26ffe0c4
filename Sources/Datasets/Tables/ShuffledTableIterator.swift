import Learning

/// Batches of an epoch's rows.
struct ShuffledTableIterator: BatchIterator {
    let rows: ShuffledRows
    let tensors: [TableTensor]
    let batchSize: Int
    /// Of the batch that comes next.
    var number: Int

    mutating func next() throws -> Batch? {
        let first = number * batchSize
        guard first < rows.count else { return nil }
        number += 1
        return try tensors.batch(of: [try rows.batch(from: first, count: min(batchSize, rows.count - first))])
    }
}
