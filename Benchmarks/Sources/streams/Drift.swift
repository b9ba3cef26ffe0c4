import Foundation
import Streams

/// Events of a stream before its change, of which the first `referenceLength` are the reference, and after it.
let before = 5000, after = 2000, referenceLength = 2000
let calmStreams = 12, calmLength = 42_000, changedStreams = 100

/// The events at which a detector reports drift.
func alarms<Detector: DriftDetector>(_ detector: Detector, _ values: [Double]) -> [Int] {
    var detector = detector
    return values.indices.filter { detector.on(values[$0]) == .drift }
}

func alarms(_ detector: CategoryDrift, _ values: [Double]) -> [Int] {
    var detector = detector
    return values.indices.filter { detector.on(Int(values[$0])) == .drift }
}

/// The score over calm streams and changed ones; only what comes after the reference counts.
func score(_ calm: [[Double]], _ changed: [(values: [Double], change: Int)], _ alarms: ([Double]) -> [Int]) -> DriftScore {
    var sum = DriftScore(alarms: [], changes: [], events: 0, horizon: after)
    for values in calm {
        sum = sum + DriftScore(alarms: alarms(values), changes: [], events: values.count, horizon: after, from: referenceLength)
    }
    for (values, change) in changed {
        sum = sum + DriftScore(alarms: alarms(values), changes: [change], events: values.count, horizon: after, from: referenceLength)
    }
    return sum
}

/// A family of detectors, from calm to sensitive.
struct Family {
    let name: String
    let settings: [Double]
    let make: @Sendable (_ setting: Double, _ values: [Double]) -> [Int]
}

func spread(_ from: Double, _ to: Double, _ count: Int) -> [Double] {
    (0..<count).map { from * pow(to / from, Double($0) / Double(count - 1)) }
}

/// The detectors that this package has in common with River, at River's settings but for the threshold.
func families(answers: Bool, isStation: Bool) -> [Family] {
    var families = [
        Family(name: "ADWIN", settings: spread(1e-12, 1, 25)) { alarms(ADWIN(delta: $0), $1) },
        Family(name: "ADWIN, clock 1", settings: spread(1e-12, 1, 25)) { alarms(ADWIN(delta: $0, clock: 1), $1) },
        Family(name: "KSWIN", settings: spread(1e-9, 0.02, 16)) { alarms(KSWIN(alpha: $0, seed: 1), $1) },
    ]
    for tolerance in isStation ? [0.005, 0.5, 2, 5] : [0.005, 0.05, 0.25, 0.5] {
        families.append(
            Family(name: "Page–Hinkley, δ \(tolerance)", settings: spread(500, 2, 40)) {
                alarms(PageHinkley(threshold: $0, tolerance: tolerance), $1)
            })
    }
    if answers {
        families.append(Family(name: "DDM", settings: spread(30, 2, 20)) { alarms(DDM(driftLevel: $0), $1) })
        families.append(Family(name: "EDDM", settings: spread(0.3, 0.95, 20)) { alarms(EDDM(warningRatio: 1, driftRatio: $0), $1) })
    }
    return families
}

/// The most sensitive setting with at most one false alarm per 10,000 events of the calm streams themselves: more than a user could know.
func tuned(_ family: Family, _ calm: [[Double]], _ changed: [(values: [Double], change: Int)]) -> (setting: Double, score: DriftScore)? {
    var low = 0, high = family.settings.count, best: Double?
    while low < high {
        let middle = (low + high) / 2
        let found = score(calm, []) { family.make(family.settings[middle], $0) }
        if found.falseAlarmsPer10000 <= 1 { (best, low) = (family.settings[middle], middle + 1) } else { high = middle }
    }
    return best.map { setting in (setting, score(calm, changed) { family.make(setting, $0) }) }
}

func report(_ stream: String, _ detector: String, _ score: DriftScore, setting: Double? = nil) {
    var values: [String: Any] = [
        "stream": stream, "detector": detector, "false_alarms_per_10000": score.falseAlarmsPer10000, "false_alarms": score.falseAlarms,
        "calm_events": score.calmEvents, "changes": score.changes, "found": score.found, "mean_delay": score.meanDelay,
    ]
    values["setting"] = setting
    report(values)
}

func measure(
    _ name: String, answers: Bool = false, categories: Int = 0, isStation: Bool = false, _ calm: [[Double]],
    _ changed: [(values: [Double], change: Int)]
) {
    let own: DriftScore
    if isStation {
        own = score(calm, changed) {
            alarms(Calibrated(referenceLength: referenceLength, spread: false, unit: 20, after: .keepReference), $0)
        }
    } else if categories > 0 {
        own = score(calm, changed) {
            alarms(CategoryDrift(categories: categories, referenceLength: referenceLength, after: .keepReference), $0)
        }
    } else {
        own = score(calm, changed) { alarms(Calibrated(referenceLength: referenceLength, answers: answers, after: .keepReference), $0) }
    }
    report(name, "calibrated", own)
    report(name, "always", own.always)
    report(name, "never", own.never)
    for family in families(answers: answers, isStation: isStation) {
        if categories == 0 {
            if let found = tuned(family, calm, changed) { report(name, family.name, found.score, setting: found.setting) }
            continue
        }
        // A detector of numbers watches each category's indicator.
        let each = Family(name: family.name, settings: family.settings) { setting, values in
            Set((0..<categories).flatMap { category in family.make(setting, values.map { $0 == Double(category) ? 1 : 0 }) }).sorted()
        }
        if let found = tuned(each, calm, changed) { report(name, each.name + " per category", found.score, setting: found.setting) }
    }
}

/// Residuals of three stations' temperatures, and their temperatures shifted by a deviation from some event on.
func stationStreams(_ path: String) throws -> (calm: [[Double]], changed: [(values: [Double], change: Int)]) {
    var values: [String: [Double]] = [:], shifts: [String: Double] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst() {
        let cells = line.split(separator: ",")
        values[String(cells[0]), default: []].append(Double(cells[1])!)
        shifts[String(cells[0])] = Double(cells[2])!
    }
    var changed: [(values: [Double], change: Int)] = []
    for name in values.keys.sorted() {
        for step in 0..<30 {
            let change = referenceLength + 200 + step * 217
            let whole = values[name]!.prefix(change + 300).enumerated().map { $0.offset < change ? $0.element : $0.element - shifts[name]! }
            changed.append((values: whole, change: change))
        }
    }
    return (values.keys.sorted().map { values[$0]! }, changed)
}

func drift(_ stations: String?) throws {
    if let stations {
        let (calm, changed) = try stationStreams(stations)
        measure("stations, temperature + 1 σ", isStation: true, calm, changed)
    }
    for change in changes {
        let calm = (0..<calmStreams).map { change.stream(before: calmLength, after: 0, seed: UInt64($0 + 1)) }
        let changed = (0..<changedStreams).map {
            (values: change.stream(before: before, after: after, seed: UInt64($0 + 1001)), change: before)
        }
        measure(change.name, answers: change.answers, categories: change.categories, calm, changed)
    }
}
