/// The rows of one side of a join that may still be needed: by key, in the order of time.
struct JoinSide: Sendable {
    private struct Entry: Comparable, Sendable {
        let time: Int64
        let place: SourcePlace
        let key: String
        static func < (a: Self, b: Self) -> Bool {
            a.time != b.time ? a.time < b.time : a.place != b.place ? a.place < b.place : a.key < b.key
        }
    }

    private(set) var rows: [String: [JoinRow]] = [:]
    private(set) var count = 0
    private var agenda = MinHeap<Entry>()

    /// The time of the earliest row.
    var earliest: Int64? { agenda.first?.time }

    mutating func add(_ key: String, _ row: JoinRow) {
        var list = rows.removeValue(forKey: key) ?? []
        let place = (list.lastIndex { !row.comes(before: $0) } ?? -1) + 1
        list.insert(row, at: place)
        rows[key] = list
        agenda.push(Entry(time: row.time, place: row.place, key: key))
        count += 1
    }

    /// Takes out the earliest row of all.
    mutating func takeFirst() -> (key: String, row: JoinRow)? {
        guard let entry = agenda.pop(), var list = rows.removeValue(forKey: entry.key), !list.isEmpty else { return nil }
        let row = list.removeFirst()
        if !list.isEmpty { rows[entry.key] = list }
        count -= 1
        return (entry.key, row)
    }

    /// The rows of a key whose times lie between these, both included.
    func rows(of key: String, from first: Int64, through last: Int64) -> ArraySlice<JoinRow> {
        guard let list = rows[key] else { return [] }
        let start = list.firstPlace { $0.time >= first }, end = list.firstPlace { $0.time > last }
        return list[start..<max(start, end)]
    }

    /// The latest row of a key that is no later than a moment.
    func latest(of key: String, through time: Int64) -> JoinRow? {
        guard let list = rows[key] else { return nil }
        let end = list.firstPlace { $0.time > time }
        return end == 0 ? nil : list[end - 1]
    }
}

extension [JoinRow] {
    /// The place of the first row for which this holds, which it then does for all behind it.
    fileprivate func firstPlace(where holds: (JoinRow) -> Bool) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension JoinSide: StreamState {
    func write(to writer: inout StateWriter) {
        writer.write(rows.count)
        for (key, list) in rows.sorted(by: { $0.key < $1.key }) {
            writer.write(key)
            writer.write(list)
        }
    }

    init(from reader: inout StateReader) throws {
        for _ in 0..<(try reader.int("keys", in: 0...1 << 24)) {
            let key = try reader.text("key")
            try reader.require(rows[key] == nil, "key", "comes twice")
            for row in try reader.states(JoinRow.self, "rows", count: 1...1 << 24) { add(key, row) }
        }
    }
}
