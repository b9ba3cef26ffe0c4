/// Rows that agree in some columns, in the order in which each group is first seen; rows keep their order in it.
public struct Groups: Sendable {
    /// The group of every row.
    public let ids: [Int32]
    /// All rows, group by group.
    public let rows: [Int]
    /// Group `g` holds `rows[offsets[g]..<offsets[g + 1]]`.
    public let offsets: [Int]

    public var count: Int { offsets.count - 1 }

    /// The rows of a group, ascending.
    public subscript(_ group: Int) -> ArraySlice<Int> { rows[offsets[group]..<offsets[group + 1]] }

    init(ids: [Int32], count: Int) {
        self.ids = ids
        var offsets = [Int](repeating: 0, count: count + 1)
        for id in ids { offsets[Int(id) + 1] += 1 }
        for group in 0..<count { offsets[group + 1] += offsets[group] }
        var next = offsets
        var rows = [Int](repeating: 0, count: ids.count)
        for (row, id) in ids.enumerated() {
            rows[next[Int(id)]] = row
            next[Int(id)] += 1
        }
        self.offsets = offsets
        self.rows = rows
    }
}
