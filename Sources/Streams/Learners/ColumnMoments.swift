/// The mean and variance of each column, the newest rows counting most once `memory` rows have passed.
///
///     α = 1 / min(n, memory),  d = x − mean,  mean += α d,  variance = (1 − α)(variance + α d²)
///
/// Finch: Incremental calculation of weighted mean and variance (Cambridge 2009).
struct ColumnMoments: StreamState, Sendable {
    let memory: Int
    private var count = 0
    private(set) var means: [Double]
    private var variances: [Double]
    /// 1 / deviation; 1 for a column that does not vary.
    private(set) var inverses: [Double]

    init(columns: Int, memory: Int) {
        self.memory = memory
        means = Array(repeating: 0, count: columns)
        variances = means
        inverses = Array(repeating: 1, count: columns)
    }

    mutating func add(_ row: [Float]) {
        count = min(count + 1, memory)
        let share = 1 / Double(count)
        for column in row.indices {
            let distance = Double(row[column]) - means[column]
            means[column] += share * distance
            let variance = (1 - share) * (variances[column] + share * distance * distance)
            variances[column] = variance
            inverses[column] = variance > 1e-30 ? 1 / variance.squareRoot() : 1
        }
    }

    /// A value in deviations from the mean, cut at ±8.
    func standardized(_ value: Float, column: Int) -> Double {
        min(8, max(-8, (Double(value) - means[column]) * inverses[column]))
    }

    func write(to writer: inout StateWriter) {
        writer.write(memory)
        writer.write(count)
        for numbers in [means, variances, inverses] { writer.write(numbers) }
    }

    init(from reader: inout StateReader) throws {
        memory = try reader.int("memory", in: 1...(1 << 53))
        count = try reader.int("count", in: 0...memory)
        means = try reader.numbers(Double.self, "means")
        try reader.require(means.allSatisfy { $0.magnitude <= 1e300 }, "means", "are not all finite")
        variances = try reader.finite("variances", count: means.count)
        inverses = try reader.finite("inverses", count: means.count)
    }
}
