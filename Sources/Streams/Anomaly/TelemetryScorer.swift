/// Scores a telemetry channel among its commands: new shapes of its values and errors of its forecast, each beside its own past.
///
/// The parts are a `ForecastResidual` and `WindowNovelty` at two scales; each is set beside its own past by a `Surprise`, and the score is
/// the root of the mean square of the surprises. The normal rows that it is made of also fill the memories, so the first row after
/// them can be scored.
public struct TelemetryScorer: StreamState, Sendable {
    /// What is never worth an alarm, in standard deviations of the channel, for new shapes.
    public let shapeFloor: Double
    /// The same for the forecast's error.
    public let errorFloor: Double

    private let deviation: Double
    private var scales: [WindowNovelty]
    private var residual: ForecastResidual
    /// Of the scales, then of the residual.
    private var surprises: [Surprise]
    private var count = 0
    /// Rows in which the forecaster's memory fills and its error says nothing.
    private static let settling = 100

    /// - Throws: `StreamError` if the rows are too few, of different lengths or not finite.
    public init(
        normal rows: [[Double]], residual: ForecastResidual? = nil,
        scales: [WindowNovelty] = [WindowNovelty(length: 16, capacity: 1500), WindowNovelty(length: 24, spacing: 12, capacity: 1500)],
        surprise: Surprise = Surprise(), shapeFloor: Double = 0.1, errorFloor: Double = 0.02
    ) throws {
        self.residual = try residual ?? ForecastResidual(normal: rows)
        self.scales = scales
        self.shapeFloor = shapeFloor
        self.errorFloor = errorFloor
        surprises = Array(repeating: surprise, count: scales.count + 1)
        var spread = RunningSpread()
        for row in rows { spread.add(row[0]) }
        deviation = max(spread.deviation, 0.05)
        for row in rows { _ = try on(row) }
    }

    /// The score after this row, the channel's value first; 0 or more, around 1 for what is as odd as the oddest before.
    ///
    /// - Throws: `StreamError` if the row has another length or a value is not finite.
    public mutating func on(_ row: [Double]) throws -> Double {
        let error = try residual.on(row)
        count += 1
        var sum = 0.0
        for index in scales.indices {
            guard let distance = scales[index].on(row[0]) else { continue }
            let surprise = surprises[index].on(distance, floor: shapeFloor * deviation)
            sum += surprise * surprise
        }
        if count > Self.settling {
            let surprise = surprises[scales.count].on(error, floor: errorFloor)
            sum += surprise * surprise
        }
        return (sum / Double(surprises.count)).squareRoot()
    }

    public static let name = "telemetry-scorer"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write([shapeFloor, errorFloor, deviation])
        writer.write(count)
        writer.write(scales)
        writer.write(residual)
        writer.write(surprises)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let numbers = try reader.finite("numbers", count: 3)
        (shapeFloor, errorFloor, deviation) = (numbers[0], numbers[1], numbers[2])
        try reader.require(shapeFloor >= 0 && errorFloor >= 0 && deviation > 0, "numbers", "are out of range")
        count = try reader.count("count")
        scales = try reader.states(WindowNovelty.self, "scales", count: 0...1000)
        residual = try reader.state(ForecastResidual.self)
        surprises = try reader.states(Surprise.self, "surprises", count: scales.count + 1...scales.count + 1)
    }
}
