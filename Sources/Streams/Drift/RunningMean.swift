/// A mean and a sum of squared deviations, one value at a time, without cancellation.
///
/// Welford: Note on a method for calculating corrected sums of squares and products (Technometrics 1962).
struct RunningMean: StreamState, Sendable, Hashable {
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0

    init() {}

    mutating func add(_ value: Double) {
        count += 1
        let before = mean
        mean += 1 / Double(count) * (value - before)
        squares += (value - before) * (value - mean)
    }

    /// Σ (x − mean)² / (count − 1), 0 for fewer than two values.
    var variance: Double { count > 1 ? squares / Double(count - 1) : 0 }

    func write(to writer: inout StateWriter) {
        writer.write(count)
        writer.write([mean, squares])
    }

    init(from reader: inout StateReader) throws {
        count = try reader.count("count")
        let numbers = try reader.numbers(Double.self, "mean", count: 2)
        (mean, squares) = (numbers[0], numbers[1])
    }
}
