import Formats
import Learning
import Streams

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Faults put into the readings of three weather stations at random, and what the monitor says about them.
///
/// A year is six parts of about two months. A fault goes into one part; the monitor has learnt from the other five.
struct FaultProtocol {
    struct Fault {
        let station: String
        /// The first row of its part of the year.
        let start: Int
        let sensor: Int
        let kind: FaultKind
        let onset: Int
        let length: Int
    }

    struct Outcome {
        let fault: Fault
        let alarm: Alarm?
        /// Rows between the fault's onset and the alarm.
        let delay: Int

        var isDetected: Bool { alarm != nil }
        var isSensorRight: Bool { alarm?.sensor == stationSensors[fault.sensor] }
        var isKindRight: Bool { alarm?.kind.name == fault.kind.name }
        /// Hours between the true onset and the named one.
        var onsetError: Int {
            alarm.map { abs(Int(($0.onset - FaultProtocol.year) / FaultProtocol.hour) - fault.start - fault.onset) } ?? .max
        }
        /// The named amount against the true one; gains by what they differ from 1.
        var isAmountRight: Bool {
            guard let kind = alarm?.kind, isKindRight, isSensorRight else { return false }
            var (found, true_) = (kind.amount, fault.kind.amount)
            if case .gain = kind { (found, true_) = (found - 1, true_ - 1) }
            if case .stuck = kind { return found == true_ }
            return abs(found - true_) <= 0.2 * abs(true_)
        }
    }

    let stations: [(name: String, rows: [[Double]])]
    static let parts = 6
    static let hour: Int64 = 3_600_000_000
    /// The beginning of 2001, the year that the composite years are set into.
    static let year: Int64 = 978_307_200_000_000
    static let kinds = ["offset", "gain", "stuck", "drift", "noise"]
    /// Hours that a fault lasts, but for standing still.
    static let length = 480
    /// Hours within which an alarm for a fault counts after its end.
    static let patience = 240
    static let onsetWindow = 24

    init(folder: String) throws {
        stations = try ["greensboro", "sand-point", "miami"].map { ($0, try stationRows(Files.join(folder, "\($0).parquet"))) }
    }

    private static func part(_ part: Int, of rows: [[Double]]) -> [[Double]] {
        Array(rows[rows.count * part / parts..<rows.count * (part + 1) / parts])
    }

    private static func monitor(without part: Int, of rows: [[Double]]) throws -> FaultMonitor {
        let stretches = [Array(rows[..<(rows.count * part / parts)]), Array(rows[(rows.count * (part + 1) / parts)...])]
        return try FaultMonitor(sensors: stationSensors, normal: stretches.filter { !$0.isEmpty })
    }

    private static func deviation(_ rows: [[Double]], _ sensor: Int) -> Double {
        let mean = rows.reduce(0) { $0 + $1[sensor] } / Double(rows.count)
        return (rows.reduce(0) { $0 + ($1[sensor] - mean) * ($1[sensor] - mean) } / Double(rows.count)).squareRoot()
    }

    /// A fault of a kind with random size and onset: offsets of 1 to 2.5 standard deviations of the sensor, gains of 1.3 to 1.8, 24 to 72
    /// hours of standing still (at an irradiance from daylight on), drifts of 1.5 to 3 deviations in twenty days, noise of 0.5 to 1.5.
    private static func draw(
        _ kind: String, _ station: String, start: Int, _ sensor: Int, _ rows: [[Double]], deviation: Double, _ random: inout SplitMix
    ) -> Fault {
        func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.unit() }
        let sign = random.below(2) == 0 ? 1.0 : -1
        var onset = 0
        repeat { onset = 336 + random.below(rows.count - 336 - length - 96) } while kind == "stuck" && sensor >= 4 && rows[onset][7] < 0.1
        var hours = length
        let chosen: FaultKind
        switch kind {
        case "offset": chosen = .offset(sign * between(1, 2.5) * deviation)
        case "gain": chosen = .gain(between(1.3, 1.8))
        case "drift": chosen = .drift(sign * between(1.5, 3) * deviation / Double(length))
        case "noise": chosen = .noise(between(0.5, 1.5) * deviation)
        default:
            chosen = .stuck(rows[onset][sensor])
            hours = 24 + random.below(49)
        }
        return Fault(station: station, start: start, sensor: sensor, kind: chosen, onset: onset, length: hours)
    }

    private static func put(_ fault: Fault, into rows: [[Double]], _ random: inout SplitMix) -> [[Double]] {
        var rows = rows
        for row in fault.onset..<min(rows.count, fault.onset + fault.length) {
            let value = rows[row][fault.sensor]
            switch fault.kind {
            case .offset(let amount): rows[row][fault.sensor] = value + amount
            case .gain(let factor): rows[row][fault.sensor] = value * factor
            case .stuck(let value): rows[row][fault.sensor] = value
            case .drift(let slope): rows[row][fault.sensor] = value + slope * Double(row - fault.onset)
            case .noise(let deviation):
                let bell = (-2 * log(1 - random.unit())).squareRoot() * cos(2 * Double.pi * random.unit())
                rows[row][fault.sensor] = value + deviation * bell
            }
        }
        return rows
    }

    /// The first alarm whose suspicion arose after the onset, as a stream would see it.
    private static func outcome(_ fault: Fault, _ monitor: FaultMonitor, _ rows: [[Double]]) throws -> Outcome {
        var monitor = monitor
        // A fortnight before the fault fills the memory; an alarm in it would be a false one and is counted elsewhere.
        for row in max(0, fault.onset - 336)..<rows.count {
            if row > fault.onset + fault.length + patience { break }
            if let alarm = try monitor.on(rows[row], at: year + Int64(fault.start + row) * hour), row - monitor.evidence >= fault.onset {
                return Outcome(fault: fault, alarm: alarm, delay: row - fault.onset)
            }
        }
        return Outcome(fault: fault, alarm: nil, delay: 0)
    }

    func run(_ report: inout Report, perSensor: Int = 3) throws {
        var random = SplitMix(seed: 20), outcomes: [Outcome] = [], falseAlarms = 0, hours = 0, example: Alarm?
        for (name, rows) in stations {
            let deviations = stationSensors.indices.map { Self.deviation(rows, $0) }
            let monitors = try (0..<Self.parts).map { try Self.monitor(without: $0, of: rows) }
            for part in 0..<Self.parts {
                var monitor = monitors[part]
                for (index, row) in Self.part(part, of: rows).enumerated() {
                    if try monitor.on(row, at: Self.year + Int64(index) * Self.hour) != nil { falseAlarms += 1 }
                    hours += 1
                }
            }
            for kind in Self.kinds {
                for sensor in stationSensors.indices where deviations[sensor] > 1e-6 {
                    for _ in 0..<perSensor {
                        let part = random.below(Self.parts), start = rows.count * part / Self.parts, rows = Self.part(part, of: rows)
                        let fault = Self.draw(kind, name, start: start, sensor, rows, deviation: deviations[sensor], &random)
                        let outcome = try Self.outcome(fault, monitors[part], Self.put(fault, into: rows, &random))
                        outcomes.append(outcome)
                        if example == nil, outcome.isSensorRight, outcome.isKindRight, outcome.isAmountRight { example = outcome.alarm }
                    }
                }
            }
        }
        write(outcomes, falseAlarms, hours, example, &report)
    }

    private func write(_ outcomes: [Outcome], _ falseAlarms: Int, _ hours: Int, _ example: Alarm?, _ report: inout Report) {
        func row(_ name: String, _ outcomes: [Outcome]) -> [String] {
            let detected = outcomes.filter(\.isDetected), delays = detected.map(\.delay).sorted()
            func part(_ condition: (Outcome) -> Bool) -> String {
                detected.isEmpty ? "" : (Double(detected.count(where: condition)) / Double(detected.count)).percent
            }
            return [
                name, "\(outcomes.count)", (Double(detected.count) / Double(max(1, outcomes.count))).percent, part(\.isSensorRight),
                part(\.isKindRight), part { $0.onsetError <= Self.onsetWindow }, part(\.isAmountRight),
                delays.isEmpty ? "" : "\(delays[delays.count / 2]) h",
            ]
        }
        report.line()
        report.line("## Faults of single sensors at three weather stations")
        report.line()
        report.line(
            "`FaultMonitor` in its default setting on `Examples/Stations` (composite years of hours; Sand Point's pressure is a constant and is"
        )
        report.line(
            "left out). Each fault is put into one sixth of a year, the monitor has learnt from the other five. Sizes are random: offsets of 1"
        )
        report.line(
            "to 2.5 standard deviations, gains of 1.3 to 1.8, 24 to 72 hours of standing still, drifts of 1.5 to 3 deviations in twenty days,"
        )
        report.line(
            "noise of 0.5 to 1.5 deviations. Of the detected ones: whether the sensor and the kind are right, the onset within \(Self.onsetWindow) hours, the"
        )
        report.line("amount within 20 % (a gain's distance from 1). Bar: 90 % detected, the sensor right in 95 % of them.")
        report.line()
        report.line("False alarms without a fault: \(falseAlarms) in \(hours) hours (three years, in parts that were not learnt from).")
        if let example {
            for language in Alarm.Language.allCases {
                report.line()
                report.line("> " + example.text(in: language))
            }
        }
        report.table(
            ["", "faults", "detected", "sensor", "kind", "onset", "amount", "median delay"],
            [row("**all**", outcomes)] + Self.kinds.map { kind in row(kind, outcomes.filter { $0.fault.kind.name == kind }) }
                + stationSensors.indices.map { sensor in row(stationSensors[sensor].name, outcomes.filter { $0.fault.sensor == sensor }) }
                + stations.map { station in row(station.name, outcomes.filter { $0.fault.station == station.name }) })
    }
}
