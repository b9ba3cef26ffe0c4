/// What is normal at a station: how its sensors go together and on, and how far they stray from that when nothing is wrong.
struct StationModel: StreamState, Sendable {
    /// Limits beyond which a sensor is suspicious.
    struct Limits: StreamState, Sendable {
        /// Of the mean squared error by the others over a day of readings.
        var byOthers: Double
        /// Of the mean squared error by the past over a day of readings.
        var byPast: Double
        /// Of one error by the past.
        var jump: Double
        /// Of equal readings in a row.
        var run: Int

        init(byOthers: Double, byPast: Double, jump: Double, run: Int) {
            (self.byOthers, self.byPast, self.jump, self.run) = (byOthers, byPast, jump, run)
        }

        func write(to writer: inout StateWriter) {
            writer.write([byOthers, byPast, jump])
            writer.write(run)
        }

        init(from reader: inout StateReader) throws {
            let numbers = try reader.finite("limits", count: 3)
            (byOthers, byPast, jump) = (numbers[0], numbers[1], numbers[2])
            run = try reader.count("run")
        }
    }

    let sensorCount: Int
    let knownCount: Int
    let means: [Double]
    let deviations: [Double]
    /// The sensors that vary; the others cannot be watched.
    let active: [Int]
    /// Of the active sensors, in their order.
    let forecasts: [SensorForecast]
    private(set) var limits: [Limits] = []

    /// Readings that count as a day in the sliding means.
    static let day = 24
    /// Where squared errors are cut in the sliding means.
    static let reach = 400.0

    /// - Parameters:
    ///   - stretches: normal rows without a gap in time, the sensors first, then what is known without them.
    /// - Throws: `StreamError` if the rows are too few, of different lengths or not finite.
    init(sensors: Int, known: Int, normal stretches: [[[Double]]]) throws {
        let rows = stretches.joined(), count = stretches.reduce(0) { $0 + $1.count }
        guard sensors > 0, known >= 0, sensors + known <= 200 else {
            throw StreamError("faults", "\(sensors) sensors and \(known) known inputs, at most 200 together and at least one sensor")
        }
        guard count >= 20 * Self.day, stretches.allSatisfy({ $0.count > Self.day }) else {
            throw StreamError("faults", "\(count) normal rows, at least \(20 * Self.day) are needed, \(Self.day + 1) without a gap")
        }
        for (index, row) in rows.enumerated() {
            guard row.count == sensors + known, row.allSatisfy({ $0.magnitude <= 1e30 }) else {
                throw StreamError("faults", "is not \(sensors + known) finite values", at: "row \(index)")
            }
        }
        var spreads = Array(repeating: RunningSpread(), count: sensors)
        for row in rows { for sensor in 0..<sensors { spreads[sensor].add(row[sensor]) } }
        let active = (0..<sensors).filter { spreads[$0].deviation > 1e-6 }
        (sensorCount, knownCount, self.active) = (sensors, known, active)
        means = spreads.map(\.mean)
        let deviations = spreads.map { $0.deviation > 1e-6 ? $0.deviation : 1 }
        self.deviations = deviations
        guard !active.isEmpty else { throw StreamError("faults", "no sensor varies") }
        let standardised = stretches.map { [means] stretch in
            (
                readings: stretch.map { row in (0..<sensors).map { (row[$0] - means[$0]) / deviations[$0] } },
                known: stretch.map { Array($0[sensors...]) }
            )
        }
        forecasts = try active.map { sensor in
            do {
                return try SensorForecast(sensor: sensor, others: active.filter { $0 != sensor }, stretches: standardised)
            } catch {
                throw StreamError("faults", "\(error)", at: "sensor \(sensor)")
            }
        }
        limits = active.indices.map { index in
            var byOthers: [Double] = [], byPast: [Double] = [], jumps: [Double] = [], longest = 0
            for (readings, known) in standardised {
                let errors = self.errors(index, readings, known, from: 0)
                byOthers += Self.dailyMeans(errors.byOthers)
                byPast += Self.dailyMeans(errors.byPast)
                jumps += errors.byPast.map(abs)
                var run = 0
                for row in 1..<readings.count {
                    run = readings[row][active[index]] == readings[row - 1][active[index]] ? run + 1 : 0
                    longest = max(longest, run)
                }
            }
            return Limits(
                byOthers: max(3 * RobustStatistics.quantile(byOthers, 0.995), 4),
                byPast: max(2 * RobustStatistics.quantile(byPast, 0.999), 4),
                jump: 1.3 * RobustStatistics.quantile(jumps, 0.9995), run: max(6, longest + 4))
        }
    }

    /// Means over the latest day of squared errors, cut.
    private static func dailyMeans(_ errors: [Double]) -> [Double] {
        var sum = 0.0
        return errors.indices.map { row in
            sum += min(errors[row] * errors[row], reach)
            if row >= day { sum -= min(errors[row - day] * errors[row - day], reach) }
            return sum / Double(day)
        }
    }

    func standardised(_ row: [Double]) -> [Double] { (0..<sensorCount).map { (row[$0] - means[$0]) / deviations[$0] } }

    /// The errors of one active sensor from row `first` on, in units of their usual size.
    func errors(_ index: Int, _ readings: [[Double]], _ known: [[Double]], from first: Int) -> (byOthers: [Double], byPast: [Double]) {
        let forecast = forecasts[index], sensor = active[index]
        return (
            (first..<readings.count).map { (readings[$0][sensor] - forecast.byOthers(readings[$0], known[$0])) / forecast.othersError },
            (first..<readings.count).map {
                (readings[$0][sensor] - forecast.byPast(readings, sensor, $0, known[$0])) / forecast.pastError
            }
        )
    }

    func write(to writer: inout StateWriter) {
        writer.begin("station-model")
        writer.write(sensorCount)
        writer.write(knownCount)
        writer.write(means)
        writer.write(deviations)
        writer.write(active)
        writer.write(forecasts)
        writer.write(limits)
    }

    init(from reader: inout StateReader) throws {
        try reader.begin("station-model")
        sensorCount = try reader.int("sensors", in: 1...200)
        knownCount = try reader.int("known inputs", in: 0...200)
        means = try reader.finite("means", count: sensorCount)
        deviations = try reader.finite("deviations", count: sensorCount)
        active = try reader.numbers(Int64.self, "active", limit: sensorCount).map { Int($0) }
        forecasts = try reader.states(SensorForecast.self, "forecasts", count: active.count...active.count)
        limits = try reader.states(Limits.self, "limits", count: active.count...active.count)
        let (sensors, known) = (sensorCount, knownCount)
        try reader.require(
            !active.isEmpty && active.allSatisfy { (0..<sensors).contains($0) } && Set(active).count == active.count
                && deviations.allSatisfy { $0 >= 1e-6 } && forecasts.allSatisfy { $0.fits(sensors: sensors, known: known) },
            "model", "its parts do not fit each other")
    }
}
