import Datasets
import Features
import Foundation
import Testing

/// Writes a table of `bytes` and goes through two epochs of it with a tenth of that.
///
/// - Returns: the bytes by which the process grew at its peak.
private func shuffle(bytes: Int, memory: Int) throws -> Int {
    let scratch = try Scratch()
    let path = "\(scratch.path)/t.parquet"
    let rows = bytes / 32, chunk = 16_384
    func write(rows: Int) throws {
        let writer = try TableWriter(to: path, options: TableWriteOptions(compression: .none, groupRows: chunk))
        for first in stride(from: 0, to: rows, by: chunk) {
            let ids = first..<min(rows, first + chunk)
            let noise = ids.map { Double(bitPattern: UInt64($0) &* 0x9E37_79B9_7F4A_7C15 >> 12 | 0x3FF0_0000_0000_0000) }
            try writer.write(
                try Frame([
                    "id": Column(Array(ids)), "a": Column(noise), "b": Column(noise.map { $0 * 2 }), "c": Column(noise.map { $0 - 1 }),
                ]))
        }
        try writer.finish()
    }
    func epoch(_ shuffle: TableShuffle, _ number: Int) throws {
        let shuffled = try shuffle.epoch(number)
        var sum = 0, next = 0
        while next < shuffled.count {
            let batch = try shuffled.batch(from: next, count: min(1024, shuffled.count - next))
            sum += try batch.column("id").integers().reduce(0) { $0 + Int($1) }
            next += batch.rowCount
        }
        guard next == rows, sum == rows * (rows - 1) / 2 else { throw DatasetError("shuffle", "lost rows: \(next) of \(rows), sum \(sum)") }
    }
    func peak() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
    // Libraries are loaded and threads started before the measurement.
    try write(rows: 1000)
    _ = try TableShuffle(try Table(at: path), seed: 1, memory: memory).epoch(0)
    try write(rows: rows)
    let before = peak()
    let table = try Table(at: path)
    let shuffle = try TableShuffle(table, seed: 1, memory: memory, folder: scratch.path)
    for number in 0..<2 { try epoch(shuffle, number) }
    return peak() - before
}

@Suite("Table: larger than memory", .enabled(if: tablesWork, noTables)) struct TableMemoryTests {
    @Test func `a table of ten times the memory is shuffled within it`() async {
        await #expect(processExitsWith: .success) {
            let memory = 8 << 20
            let growth = try shuffle(bytes: 10 * memory, memory: memory)
            // Beside the rows there are the scan's blocks and what the allocator keeps.
            guard growth < 3 * memory else { print("the process grew by \(growth >> 20) MiB"); exit(7) }
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["MILLRACE_SLOW"] != nil, "takes a minute: set MILLRACE_SLOW=1"))
    func `a process that may have 256 MiB of data shuffles 2.5 GiB`() async {
        await #expect(processExitsWith: .success) {
            let limit = 256 << 20
            // Arrow's usual allocator reserves a gigabyte at once, which the limit would count.
            setenv("ARROW_DEFAULT_MEMORY_POOL", "system", 1)
            setenv("MALLOC_ARENA_MAX", "2", 1)
            var limits = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
            guard setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limits) == 0 else { throw DatasetError("limit", "cannot be set") }
            _ = try shuffle(bytes: 10 * limit, memory: 64 << 20)
        }
    }
}
