public import Features

extension Table {
    /// The rows in memory, as the table on which features are defined.
    ///
    /// Strings and dictionaries become categories; whole numbers, times of day and spans `int`; `f16` and `f32` `float`; decimals
    /// `double`; dates and timestamps `timestamp`.
    /// - Parameter columns: those to read, in this order; nil for all.
    /// - Parameter filter: which rows to read.
    /// - Parameter limit: how many rows to read at most, from the start.
    /// - Throws: for columns of lists and binary data, and for unsigned numbers beyond `Int64`.
    public func frame(columns: [String]? = nil, where filter: Filter? = nil, limit: Int? = nil) throws -> Frame {
        let scan = try scan(columns: columns, where: filter, batchRows: limit.map { min(max($0, 1), 65_536) } ?? 65_536)
        var builder = try FrameBuilder(scan.fields)
        var left = limit ?? .max
        while left > 0, let batch = try scan.next() {
            let rows = min(left, batch.rowCount)
            try builder.append(rows == batch.rowCount ? batch : batch.slice(0..<rows))
            left -= rows
        }
        return try builder.frame()
    }
}

extension RecordBatch {
    /// The rows as the table on which features are defined.
    public func frame() throws -> Frame {
        var builder = try FrameBuilder(fields)
        try builder.append(self)
        return try builder.frame()
    }
}
