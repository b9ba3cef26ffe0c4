/// A number in units of the reference: z = (x − mean) / (unit · deviation), cut at ±5, and z² for changes of the deviation.
struct NumberStatistics: ReferenceStatistics {
    private var mean = 0.0, inverse = 1.0
    private let watchesSpread: Bool
    /// Whether the numbers are 0 and 1: they are taken as they are, and a tilt is the logarithm of the ratio of the odds.
    private let answers: Bool
    private let unit: Double

    init(answers: Bool, watchesSpread: Bool, unit: Double) {
        self.answers = answers
        // Of two values z² is a linear function of z and says nothing new.
        self.watchesSpread = watchesSpread && !answers
        self.unit = unit
    }

    var inputs: Int { 1 }
    var outputs: Int { 2 }

    var tilts: [[Double]] {
        if answers { return [[-1.5, -0.8, -0.4, 0.4, 0.8, 1.5], []] }
        // A shift of s deviations tilts x / (unit · deviation) by s · unit; s is ¼ to 2 units.
        let shifts = [-2, -1, -0.5, -0.25, 0.25, 0.5, 1, 2]
        // θ = ½ (1 − 1 / r²) for a deviation of r times that of the reference, r = ½, 0.7, 1.3, 1.5, 2, 3.
        return [shifts.map { $0 * unit * unit }, watchesSpread ? [-1.5, -0.52, 0.2, 0.28, 0.375, 0.44] : []]
    }

    /// A shift of many deviations is told from an outlier by its size.
    var cap: Double { 4 * max(1, unit) }

    mutating func fit(_ rows: [Double]) {
        if answers { return }
        var running = RunningMean()
        for row in rows { running.add(row) }
        mean = running.mean
        inverse = running.variance > 0 ? 1 / (unit * running.variance.squareRoot()) : 1
        if !mean.isFinite || !inverse.isNormal { (mean, inverse) = (0, 1) }
    }

    func measure(_ row: UnsafePointer<Double>, into statistics: UnsafeMutablePointer<Double>) {
        let z = min(5, max(-5, (row[0] - mean) * inverse))
        statistics[0] = z
        statistics[1] = z * z
    }

    func write(to writer: inout StateWriter) {
        writer.write(answers)
        writer.write(watchesSpread)
        writer.write(unit)
        writer.write(mean)
        writer.write(inverse)
    }

    init(from reader: inout StateReader) throws {
        answers = try reader.truth("answers")
        watchesSpread = try reader.truth("spread")
        unit = try reader.finite("unit", in: 1e-3...1e3)
        mean = try reader.finite("mean")
        inverse = try reader.finite("inverse")
    }
}
