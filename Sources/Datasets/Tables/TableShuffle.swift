import CArrow
import Engine
import Foundation

/// A table's rows in an order drawn anew for each epoch, with bounded memory however large the table is.
///
/// ```swift
/// let shuffle = try TableShuffle(table, columns: ["torque", "speed", "failure"], seed: 7, memory: 1 << 28)
/// let rows = try shuffle.epoch(3)
/// let batch = try rows.batch(from: 1024, count: 32)
/// ```
/// **Order.** Row `i` gets the key `mix(k + i·γ)` of 64 bits, where `k` is a function of (seed, epoch) and `mix` and `γ` are those of SplitMix64
/// (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014), and the epoch is the rows sorted by key. `mix` is a bijection and
/// `γ` is odd, so no two keys are equal; keys that behave like independent uniform draws make every permutation equally likely. It is a
/// permutation of all rows, not of the rows in a window, and it depends on (seed, epoch, row number) alone: not on memory, threads, or the sizes
/// of files and batches.
///
/// **Memory.** A first pass over the table deals the rows into buckets by the leading part of their keys (Sandelius: A simple randomization
/// procedure, 1962), in an unnamed file in `folder` that vanishes with the process; the epoch then reads one bucket after another and sorts each
/// in memory. Beside `memory` there is what a scan holds: a row group or so. A table that fits into half of `memory` stays there,
/// and nothing is written.
///
/// **Continuing.** The rows from number `n` on are found without going through those before: after the first pass the sizes of buckets are known.
public final class TableShuffle {
    public let table: Table
    public let seed: UInt64
    /// Bytes for rows in memory.
    public let memory: Int
    /// Where rows rest that do not fit.
    public let folder: String

    let columns: [String]?
    let filter: Filter?
    private var resident: Spill?

    /// - Parameter columns: those to read; nil for all.
    /// - Parameter filter: which rows to read.
    /// - Parameter memory: bytes for rows in memory, at least 1 MiB.
    /// - Parameter folder: nil for the system's folder for temporary files.
    public init(
        _ table: Table, columns: [String]? = nil, where filter: Filter? = nil, seed: UInt64, memory: Int = 1 << 29, folder: String? = nil
    ) throws {
        guard memory >= 1 << 20 else {
            throw DatasetError("shuffle", "\(memory) bytes of memory are too few, 1 MiB is the least", at: table.path)
        }
        for name in columns ?? [] { _ = try table.field(name) }
        self.table = table
        self.columns = columns
        self.filter = filter
        self.seed = seed
        self.memory = memory
        self.folder = folder ?? FileManager.default.temporaryDirectory.path
    }

    /// Draws the order of an epoch: a pass over the table, unless the rows are in memory already.
    public func epoch(_ number: Int) throws -> ShuffledRows {
        let key = RandomKey(seed: seed).folded(in: "rows").folded(in: number).seed!
        if let resident {
            try resident.rekey(key)
            return ShuffledRows(resident)
        }
        let spill = try deal(key)
        if spill.isResident { resident = spill }
        return ShuffledRows(spill)
    }

    private func deal(_ key: UInt64) throws -> Spill {
        // Small batches where memory is small: every batch is dealt out as a whole.
        let scan = try table.scan(columns: columns, where: filter, batchRows: 16_384, readAhead: min(1 << 25, memory / 8))
        var first: [RecordBatch] = [], rows = 0, bytes = 0
        // The first batches tell what a row takes.
        while bytes < memory / 16, let batch = try scan.next() {
            first.append(batch)
            rows += batch.rowCount
            bytes += batch.bytes
        }
        let total = rows == 0 ? 0 : Double(try table.rowCount(where: filter)) * (Double(bytes) / Double(rows) + 8)
        // A bucket is held three times while it is read: its blocks, the joined rows, and batches on their way.
        let buckets = total <= Double(memory) / 2 ? 1 : Int(min(4096, (total / (Double(memory) / 6)).rounded(.up)))
        let spill = try Spill(scan.header, buckets: buckets, memory: buckets == 1 ? memory : memory / 3, folder: folder, at: table.path)
        for batch in first { try spill.add(batch, key: key) }
        first = []
        while let batch = try scan.next() { try spill.add(batch, key: key) }
        try spill.seal(key: key)
        return spill
    }
}

/// The rows of an epoch in its order; belongs to one thread at a time. Drawing the next epoch of a table in memory ends it.
public final class ShuffledRows {
    private let spill: Spill
    private let generation: Int

    init(_ spill: Spill) {
        self.spill = spill
        generation = spill.generation
    }

    /// How many rows there are.
    public var count: Int { spill.rowCount }
    /// The columns of the batches.
    public var fields: [TableField] { spill.header.fields }
    /// Bytes that rest on the disk; 0 where the rows are in memory.
    public var diskBytes: Int { spill.diskBytes }

    /// The rows from this number on, by the epoch's order. Cheap where the numbers go up.
    /// - Throws: where there are no such rows.
    public func batch(from first: Int, count: Int) throws -> RecordBatch {
        guard generation == spill.generation else { throw DatasetError("shuffle", "another epoch was drawn since", at: spill.place) }
        return try spill.batch(from: first, count: count)
    }
}
