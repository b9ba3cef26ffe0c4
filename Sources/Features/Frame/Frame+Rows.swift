extension Frame {
    /// These rows, in this order; a row may come more than once. Traps where there is no such row.
    public func rows(_ indices: [Int]) -> Frame { picked(indices.count) { $0.rows(indices) } }

    /// A run of rows.
    public func rows(_ range: Range<Int>) -> Frame { picked(range.count) { $0.rows(range) } }

    /// The rows for which this holds, given a row's number.
    public func rows(where keep: (Int) throws -> Bool) rethrows -> Frame { rows(try (0..<rowCount).filter(keep)) }

    /// The table in pieces of at most this many rows.
    public func chunks(of size: Int) -> [Frame] {
        demand(size > 0, FeatureError("chunks", "a chunk has at least one row"))
        return stride(from: 0, to: rowCount, by: size).map { rows($0..<min($0 + size, rowCount)) }
    }

    private func picked(_ count: Int, _ pick: (Column) -> Column) -> Frame {
        Frame(
            names: names, columns: columns.map(pick), rowCount: columns.isEmpty ? 0 : count,
            places: Dictionary(uniqueKeysWithValues: zip(names, names.indices)))
    }
}
