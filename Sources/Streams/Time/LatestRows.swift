/// The latest row of each key, of which the earliest can be given up.
struct LatestRows: Sendable {
    private struct Entry: Comparable, Sendable {
        let time: Int64
        let key: String
        static func < (a: Self, b: Self) -> Bool { a.time == b.time ? a.key < b.key : a.time < b.time }
    }

    private(set) var rows: [String: JoinRow] = [:]
    /// Entries whose time is not that of their key's row mean nothing.
    private var agenda = MinHeap<Entry>()

    var count: Int { rows.count }
    subscript(key: String) -> JoinRow? { rows[key] }

    /// Takes a row unless the one that is there is later.
    mutating func add(_ key: String, _ row: JoinRow) {
        if let known = rows[key], row.comes(before: known) { return }
        rows[key] = row
        agenda.push(Entry(time: row.time, key: key))
        if agenda.count > 2 * rows.count + 64 {
            agenda = MinHeap()
            for (key, row) in rows { agenda.push(Entry(time: row.time, key: key)) }
        }
    }

    mutating func removeFirst() {
        while let entry = agenda.pop() {
            if rows[entry.key]?.time != entry.time { continue }
            rows[entry.key] = nil
            return
        }
    }

    /// Gives up rows before this moment.
    mutating func remove(before time: Int64) {
        while let entry = agenda.first, entry.time < time {
            _ = agenda.pop()
            if rows[entry.key]?.time == entry.time { rows[entry.key] = nil }
        }
    }
}

extension LatestRows: StreamState {
    func write(to writer: inout StateWriter) {
        writer.write(rows.count)
        for (key, row) in rows.sorted(by: { $0.key < $1.key }) {
            writer.write(key)
            writer.write(row)
        }
    }

    init(from reader: inout StateReader) throws {
        for _ in 0..<(try reader.int("keys", in: 0...1 << 24)) {
            let key = try reader.text("key")
            try reader.require(rows[key] == nil, "key", "comes twice")
            add(key, try reader.state(JoinRow.self))
        }
    }
}
