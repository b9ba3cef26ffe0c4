import CArrow

/// Rows sorted by keys, in memory or in buckets on the disk.
final class Spill {
    let header: BatchHeader
    let place: String
    private(set) var rowCount = 0
    private(set) var diskBytes = 0
    /// Goes up when the rows get other keys.
    private(set) var generation = 0
    let bucketCount: Int

    private let functions: mk_arrow_api
    private let handle: OpaquePointer
    private var currentKey: UInt64 = 0

    init(_ header: BatchHeader, buckets: Int, memory: Int, folder: String, at place: String) throws {
        self.header = header
        self.place = place
        bucketCount = buckets
        functions = try Arrow.functions("shuffle", at: place)
        var schema = header.layout.exported()
        var handle: OpaquePointer?
        try Arrow.check(functions.spill_make(folder, &schema, Int64(buckets), Int64(memory), &handle), "shuffle", at: place)
        self.handle = handle!
    }

    deinit { functions.spill_close(handle) }

    /// Whether all rows are in memory.
    var isResident: Bool { bucketCount == 1 && diskBytes == 0 }

    func add(_ batch: RecordBatch, key: UInt64) throws {
        let keys = Spill.keys(key, rows: rowCount..<rowCount + batch.rowCount)
        var array = batch.exported()
        try Arrow.check(functions.spill_add(handle, &array, keys), "shuffle", at: place)
        rowCount += batch.rowCount
    }

    func seal(key: UInt64) throws {
        var rows: Int64 = 0, bytes: Int64 = 0
        try Arrow.check(functions.spill_sealed(handle, &rows, &bytes), "shuffle", at: place)
        diskBytes = Int(bytes)
        currentKey = key
    }

    /// Gives the rows, which are all in memory, other keys.
    func rekey(_ key: UInt64) throws {
        generation += 1
        if key == currentKey { return }
        let keys = Spill.keys(key, rows: 0..<rowCount)
        try Arrow.check(functions.spill_rekey(handle, keys, Int64(keys.count)), "shuffle", at: place)
        currentKey = key
    }

    func batch(from first: Int, count: Int) throws -> RecordBatch {
        guard first >= 0, count > 0, count <= rowCount, first <= rowCount - count else {
            throw DatasetError("shuffle", "rows \(first) to \(first + count) of \(rowCount)", at: place)
        }
        var array = ArrowArray()
        try Arrow.check(functions.spill_take(handle, Int64(first), Int64(count), &array), "shuffle", at: place)
        return RecordBatch(header, BatchStorage(array))
    }

    /// SplitMix64's numbers `rows` of the sequence that begins at `key`.
    static func keys(_ key: UInt64, rows: Range<Int>) -> [UInt64] {
        rows.map { row -> UInt64 in
            var z = key &+ (UInt64(row) &+ 1) &* 0x9E37_79B9_7F4A_7C15
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }
}
