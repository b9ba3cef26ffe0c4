/// Watches the sensors of a station and says which one is at fault, since when, how much, and what would have been normal.
///
/// From normal rows it learns, by ridge regression, to reconstruct every sensor from the others and from its own past. A sensor becomes
/// suspicious when its errors over a day exceed what they were in normal rows. After `evidence` more rows the fault that explains all
/// sensors best is searched for and raised as an `Alarm`; while a fault of another sensor would explain them nearly as well, it waits for
/// more rows, up to four times as many. Then there is silence until a day has passed without suspicion.
///
/// Rows come at equal steps of time, the sensors' readings first, then what is known without sensors (the sun's height, a set point).
/// Memory is bounded: the last 462 rows with the default `evidence`.
public struct FaultMonitor: StreamState, Sendable {
    public let sensors: [Sensor]
    /// Rows between the suspicion and the alarm, at least.
    public let evidence: Int
    /// How often a row of this stream raises a suspicion though nothing is wrong: (suspicions in the normal rows + 1) / rows.
    public private(set) var falseAlarmRate = 1.0
    /// Whether something is wrong and the evidence is being gathered.
    public var isSuspicious: Bool { suspicion != nil }
    /// How many values were not finite and were replaced by the reading before.
    public private(set) var refused = 0

    private let model: StationModel
    private var rows: [[Double]] = []
    private var times: [Int64] = []
    /// Squared errors of the last day, cut: [active, day] as rings.
    private var byOthers: [[Double]]
    private var byPast: [[Double]]
    private var equalReadings: [Int]
    private var count = 0
    /// How many rows ago the suspicion arose.
    private var suspicion: Int?
    /// Rows without suspicion that still have to pass before the next one.
    private var calm = 0

    /// Rows before the suspicion in which a slow drift can have begun.
    private static let reach = 240
    /// By how much the best fault of another sensor has to be worse for an alarm before the last moment.
    private static let clearMargin = 40.0
    private var longestEvidence: Int { 4 * evidence }
    private var capacity: Int { FaultSearch.lead + Self.reach + longestEvidence }

    /// Learns what is normal.
    ///
    /// - Parameters:
    ///   - stretches: normal rows, each stretch without a gap in time; a year of hours is good, twenty days are the least.
    /// - Throws: `StreamError` if the rows are too few, of different lengths or not finite.
    public init(sensors: [Sensor], normal stretches: [[[Double]]], evidence: Int = 48) throws {
        guard (12...10_000).contains(evidence) else {
            throw StreamError("faults", "evidence of \(evidence) rows, 12 to 10000 are possible")
        }
        self.sensors = sensors
        self.evidence = evidence
        let known = (stretches.first?.first?.count ?? 0) - sensors.count
        model = try StationModel(sensors: sensors.count, known: known, normal: stretches)
        let empty = [Double](repeating: 0, count: StationModel.day)
        byOthers = Array(repeating: empty, count: model.active.count)
        byPast = byOthers
        equalReadings = Array(repeating: 0, count: model.active.count)
        var suspicions = 0, total = 0
        for stretch in stretches {
            var copy = self, silence = 0
            for row in stretch {
                copy.append(row, at: 0)
                silence -= 1
                if copy.looksWrong {
                    if silence <= 0 { suspicions += 1 }
                    silence = StationModel.day
                }
            }
            total += stretch.count
        }
        falseAlarmRate = Double(suspicions + 1) / Double(total)
    }

    /// Takes one row; gives the alarm if the evidence for one is complete.
    ///
    /// - Parameter time: microseconds since 1970.
    /// - Throws: `StreamError` if the row has another length.
    public mutating func on(_ row: [Double], at time: Int64) throws -> Alarm? {
        let width = model.sensorCount + model.knownCount
        guard row.count == width else { throw StreamError("faults", "a row of \(row.count) values, expected \(width)") }
        append(row, at: time)
        let isWrong = looksWrong
        if let age = suspicion {
            let age = age + 1
            suspicion = age
            // A search costs as much as hundreds of rows, so it is not repeated with each.
            guard age >= evidence, (age - evidence) % (StationModel.day / 2) == 0 || age == longestEvidence,
                let (alarm, margin) = alarm(suspicion: rows.count - 1 - age), margin >= Self.clearMargin || age >= longestEvidence
            else { return nil }
            suspicion = nil
            calm = StationModel.day
            return alarm
        }
        if isWrong {
            if calm == 0, rows.count > FaultSearch.lead { suspicion = 0 } else if calm > 0 { calm = StationModel.day }
        } else if calm > 0 {
            calm -= 1
        }
        return nil
    }

    private mutating func append(_ row: [Double], at time: Int64) {
        var row = row
        for column in row.indices where !(row[column].magnitude <= 1e30) {
            refused += 1
            row[column] = rows.last?[column] ?? (column < model.sensorCount ? model.means[column] : 0)
        }
        rows.append(row)
        times.append(time)
        if rows.count > capacity {
            rows.removeFirst()
            times.removeFirst()
        }
        // As many rows as the longest lag needs.
        let recent = rows.suffix(FaultSearch.lead).map { model.standardised($0) }, known = Array(row[model.sensorCount...])
        for (index, sensor) in model.active.enumerated() {
            let forecast = model.forecasts[index], reading = recent[recent.count - 1][sensor]
            let others = (reading - forecast.byOthers(recent[recent.count - 1], known)) / forecast.othersError
            let past = (reading - forecast.byPast(recent, sensor, recent.count - 1, known)) / forecast.pastError
            byOthers[index][count % StationModel.day] = min(others * others, StationModel.reach)
            byPast[index][count % StationModel.day] = min(past * past, StationModel.reach)
            let isEqual = rows.count > 1 && row[sensor] == rows[rows.count - 2][sensor]
            equalReadings[index] = isEqual ? equalReadings[index] + 1 : 0
        }
        count += 1
    }

    /// Whether a sensor is beyond one of its limits after the last row.
    private var looksWrong: Bool {
        guard count > FaultSearch.lead else { return false }
        let latest = (count - 1) % StationModel.day
        return model.active.indices.contains { index in
            let limits = model.limits[index], day = Double(StationModel.day)
            if byOthers[index].reduce(0, +) / day > limits.byOthers || byPast[index].reduce(0, +) / day > limits.byPast { return true }
            return model.forecasts[index].isWeak
                && (byPast[index][latest].squareRoot() > limits.jump || equalReadings[index] >= limits.run)
        }
    }

    private func alarm(suspicion: Int) -> (Alarm, margin: Double)? {
        guard let (fault, normal, margin) = FaultSearch(model: model, rows: rows, suspicion: suspicion).best() else { return nil }
        let sensor = model.active[fault.index]
        // What a fault that is over would have been while it lasted.
        let last = fault.end - 1
        let alarm = Alarm(
            sensor: sensors[sensor], kind: fault.kind, onset: times[fault.onset], raised: times[times.count - 1],
            reading: rows[last][sensor],
            normal: normal[last], falseAlarmRate: falseAlarmRate)
        return (alarm, margin)
    }

    // MARK: State

    public static let name = "fault-monitor"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(sensors.count)
        for sensor in sensors { for text in [sensor.name, sensor.chineseName, sensor.unit] { writer.write(text) } }
        writer.write(evidence)
        writer.write(falseAlarmRate)
        writer.write(model)
        for number in [refused, count, suspicion ?? -1, calm] { writer.write(number) }
        writer.write(times)
        writer.write(rows.flatMap { $0 })
        writer.write(byOthers.flatMap { $0 })
        writer.write(byPast.flatMap { $0 })
        writer.write(equalReadings)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let sensorCount = try reader.int("sensors", in: 1...200)
        sensors = try (0..<sensorCount).map { _ in
            try Sensor(reader.text("name"), chinese: reader.text("chinese name"), unit: reader.text("unit"))
        }
        evidence = try reader.int("evidence", in: 12...10_000)
        falseAlarmRate = try reader.finite("false-alarm rate", in: 0...1)
        let model = try reader.state(StationModel.self)
        try reader.require(model.sensorCount == sensorCount, "model", "is one of \(model.sensorCount) sensors, \(sensorCount) have names")
        self.model = model
        refused = try reader.count("refused")
        count = try reader.count("count")
        let age = try reader.int("suspicion", in: -1...4 * evidence - 1)
        suspicion = age < 0 ? nil : age
        calm = try reader.int("calm", in: 0...StationModel.day)
        let width = model.sensorCount + model.knownCount, active = model.active.count
        times = try reader.numbers(Int64.self, "times", limit: FaultSearch.lead + Self.reach + 4 * evidence)
        let values = try reader.finite("rows", count: times.count * width)
        rows = times.indices.map { Array(values[$0 * width..<($0 + 1) * width]) }
        let squares = try (0..<2).map { _ in
            let numbers = try reader.finite("errors", count: active * StationModel.day)
            return (0..<active).map { Array(numbers[$0 * StationModel.day..<($0 + 1) * StationModel.day]) }
        }
        (byOthers, byPast) = (squares[0], squares[1])
        equalReadings = try reader.numbers(Int64.self, "equal readings", count: active).map { Int($0) }
        let (rowCount, kept) = (count, times.count)
        try reader.require(
            rowCount >= kept && (suspicion == nil || kept > FaultSearch.lead + age) && squares.joined().joined().allSatisfy { $0 >= 0 }
                && values.allSatisfy { $0.magnitude <= 1e30 } && equalReadings.allSatisfy { (0...rowCount).contains($0) },
            "rows", "do not fit the rest")
    }
}
