/// The latest rows of a table as the inputs of a forecaster of its first column.
struct LagWindow: StreamState, Sendable {
    let columns: Int
    /// Earlier values of the first column.
    let lags: Int
    /// Values of every other column, this row's among them.
    let otherLags: Int
    /// Newest first.
    private var rows: [[Double]] = []

    /// How many numbers `inputs` has.
    var width: Int { lags + (columns - 1) * otherLags }

    init(columns: Int, lags: Int, otherLags: Int) {
        self.columns = columns
        self.lags = lags
        self.otherLags = otherLags
    }

    mutating func push(_ row: [Double]) {
        rows.insert(row, at: 0)
        if rows.count > max(lags + 1, otherLags) { rows.removeLast() }
    }

    /// The earlier values of the first column, newest first, then each row's other values; zeros before the first row.
    var inputs: [Double] {
        var inputs: [Double] = []
        inputs.reserveCapacity(width)
        for lag in 1...lags { inputs.append(lag < rows.count ? rows[lag][0] : 0) }
        for lag in 0..<otherLags { inputs += lag < rows.count ? rows[lag][1...] : ArraySlice(repeating: 0, count: columns - 1) }
        return inputs
    }

    func write(to writer: inout StateWriter) {
        for number in [columns, lags, otherLags] { writer.write(number) }
        writer.write(rows.flatMap { $0 })
    }

    init(from reader: inout StateReader) throws {
        columns = try reader.int("columns", in: 1...100_000)
        lags = try reader.int("lags", in: 1...1000)
        otherLags = try reader.int("other lags", in: 1...1000)
        let numbers = try reader.numbers(Double.self, "rows", limit: columns * max(lags + 1, otherLags))
        try reader.require(numbers.count % columns == 0 && numbers.allSatisfy(\.isFinite), "rows", "are incomplete or not finite")
        rows = stride(from: 0, to: numbers.count, by: columns).map { Array(numbers[$0..<$0 + columns]) }
    }
}
