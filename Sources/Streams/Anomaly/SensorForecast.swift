internal import Learning

/// What one sensor of a station should read: from all the others at the same time, and from its own past.
///
/// Both are linear maps found by ridge regression. The first sees the other sensors and the known inputs, and their products in pairs; the
/// second the sensor one, two, three and twenty-four readings ago and the known inputs. All numbers are in standard deviations.
struct SensorForecast: StreamState, Sendable {
    static let lags = [1, 2, 3, 24]
    /// The sensors that the first map looks at.
    let others: [Int]
    private let fromOthers: [Double]
    private let fromPast: [Double]
    /// Root mean square of the first map's errors, wild ones cut.
    let othersError: Double
    /// The same of the second map.
    let pastError: Double

    /// Whether the other sensors say too little about this one to measure a fault by them.
    var isWeak: Bool { othersError > 0.5 }

    /// How much noise of one in the readings adds to the second map's errors.
    var noiseGain: Double { Self.lags.indices.reduce(1) { $0 + fromPast[$1 + 1] * fromPast[$1 + 1] }.squareRoot() }

    /// - Parameters:
    ///   - stretches: normal rows without a gap, standardised sensors and known inputs apart.
    init(sensor: Int, others: [Int], stretches: [(readings: [[Double]], known: [[Double]])]) throws {
        self.others = others
        func fit(_ inputs: ([[Double]], [[Double]], Int) -> [Double]) throws -> (map: [Double], error: Double) {
            let width = inputs(stretches[0].readings, stretches[0].known, 0).count
            var equations = try NormalEquations(columns: width, outputs: 1)
            for (readings, known) in stretches {
                let samples = readings.indices.flatMap { inputs(readings, known, $0).map { Float($0) } }
                try equations.add(
                    SampleMatrix(rows: readings.count, columns: width, samples), SampleMatrix(column: readings.map { Float($0[sensor]) }))
            }
            let solution = try equations.solve(penalty: 1e-6 * Double(equations.rows))
            let map = solution.bias + solution.weights
            let errors = stretches.flatMap { stretch in
                stretch.readings.indices.map { stretch.readings[$0][sensor] - Self.apply(map, inputs(stretch.readings, stretch.known, $0)) }
            }
            let reach = 6 * RobustStatistics.quantile(errors.map(abs), 0.9)
            let squares = errors.reduce(0) { $0 + min($1 * $1, reach * reach) }
            return (map, max((squares / Double(errors.count)).squareRoot(), 0.01))
        }
        (fromOthers, othersError) = try fit { readings, known, row in Self.pairs(others.map { readings[row][$0] } + known[row]) }
        (fromPast, pastError) = try fit { readings, known, row in Self.past(readings, sensor, row) + known[row] }
    }

    /// x_1 … x_n and all x_i x_j with i ≤ j.
    private static func pairs(_ inputs: [Double]) -> [Double] {
        var result = inputs
        for first in inputs.indices { for second in first..<inputs.count { result.append(inputs[first] * inputs[second]) } }
        return result
    }

    /// The readings at the lags; before the first row, the first.
    private static func past(_ readings: [[Double]], _ sensor: Int, _ row: Int) -> [Double] {
        lags.map { readings[max(0, row - $0)][sensor] }
    }

    /// The map's first number and its next ones times the inputs.
    private static func apply(_ map: [Double], _ inputs: [Double]) -> Double {
        inputs.indices.reduce(map[0]) { $0 + map[$1 + 1] * inputs[$1] }
    }

    /// What the sensor should read by the others in this row.
    func byOthers(_ readings: [Double], _ known: [Double]) -> Double {
        let inputs = others.map { readings[$0] } + known
        var sum = Self.apply(fromOthers, inputs), place = inputs.count + 1
        for first in inputs.indices {
            for second in first..<inputs.count {
                sum += fromOthers[place] * inputs[first] * inputs[second]
                place += 1
            }
        }
        return sum
    }

    /// What the sensor should read by its own past, in row `row` of these.
    func byPast(_ readings: [[Double]], _ sensor: Int, _ row: Int, _ known: [Double]) -> Double {
        Self.apply(fromPast, Self.past(readings, sensor, row) + known)
    }

    /// Whether this is a forecast for that many sensors and known inputs.
    func fits(sensors: Int, known: Int) -> Bool {
        let width = others.count + known
        return others.allSatisfy { (0..<sensors).contains($0) } && fromOthers.count == 1 + width + width * (width + 1) / 2
            && fromPast.count == 1 + Self.lags.count + known
    }

    func write(to writer: inout StateWriter) {
        writer.write(others)
        writer.write(fromOthers)
        writer.write(fromPast)
        writer.write([othersError, pastError])
    }

    init(from reader: inout StateReader) throws {
        others = try reader.numbers(Int64.self, "others", limit: 1000).map { Int($0) }
        fromOthers = try reader.numbers(Double.self, "map", limit: 1 << 24)
        fromPast = try reader.numbers(Double.self, "map", limit: 1 << 24)
        let errors = try reader.finite("errors", count: 2)
        (othersError, pastError) = (errors[0], errors[1])
        try reader.require(
            othersError > 0 && pastError > 0 && (fromOthers + fromPast).allSatisfy { $0.magnitude <= 1e30 }, "map", "is out of range")
    }
}
