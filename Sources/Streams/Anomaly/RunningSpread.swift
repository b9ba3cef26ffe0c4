/// Mean and standard deviation of the numbers so far, by Welford's recurrence.
struct RunningSpread: StreamState, Sendable {
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0

    mutating func add(_ number: Double) {
        count += 1
        let error = number - mean
        mean += error / Double(count)
        squares += error * (number - mean)
    }

    /// Of the numbers themselves, not an estimate for more of them; 0 without numbers.
    var deviation: Double { count == 0 ? 0 : (squares / Double(count)).squareRoot() }

    init() {}

    func write(to writer: inout StateWriter) {
        writer.write(count)
        writer.write([mean, squares])
    }

    init(from reader: inout StateReader) throws {
        count = try reader.count("count")
        let numbers = try reader.finite("spread", count: 2)
        (mean, squares) = (numbers[0], numbers[1])
        try reader.require(squares >= 0, "spread", "squares sum to \(squares)")
    }
}
