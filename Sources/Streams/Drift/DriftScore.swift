/// How soon changes are found, and how often one is reported where there is none, beside a detector that always alarms and one that never does.
public struct DriftScore: Sendable, Hashable {
    /// Changes in the streams.
    public let changes: Int
    /// Changes that were reported before the horizon.
    public let found: Int
    /// Events from a change to its report, sorted; only of those found.
    public let delays: [Int]
    /// Reports that belong to no change.
    public let falseAlarms: Int
    /// Events at which a report would have been false.
    public let calmEvents: Int
    /// Events after a change within which a report belongs to it.
    public let horizon: Int

    /// - Parameters:
    ///   - alarms: the numbers of the events that were reported, rising.
    ///   - changes: the numbers of the events with which a change begins, rising.
    ///   - events: how many there are.
    ///   - firstEvent: the first that counts; before it a detector collects its reference.
    public init(alarms: [Int], changes: [Int], events: Int, horizon: Int, from firstEvent: Int = 0) {
        var delays: [Int] = [], falseAlarms = 0, calm = 0
        var bounds = changes.filter { $0 >= firstEvent }
        let count = bounds.count
        bounds.append(events)
        var seen = alarms.drop { $0 < firstEvent }
        calm += max(0, bounds[0] - firstEvent)
        while let alarm = seen.first, alarm < bounds[0] {
            falseAlarms += 1
            seen.removeFirst()
        }
        for index in 0..<count {
            let end = min(bounds[index] + horizon, bounds[index + 1])
            let own = seen.prefix { $0 < end }.count, until = seen.prefix { $0 < bounds[index + 1] }.count
            if let alarm = seen.first, own > 0 { delays.append(alarm - bounds[index]) }
            falseAlarms += until - own
            calm += bounds[index + 1] - end
            seen = seen.dropFirst(until)
        }
        self.init(changes: count, delays: delays, falseAlarms: falseAlarms, calmEvents: calm, horizon: horizon)
    }

    private init(changes: Int, delays: [Int], falseAlarms: Int, calmEvents: Int, horizon: Int) {
        self.changes = changes
        self.delays = delays.sorted()
        found = delays.count
        self.falseAlarms = falseAlarms
        self.calmEvents = calmEvents
        self.horizon = horizon
    }

    /// The score over the streams of both; their horizons must be equal.
    public static func + (a: Self, b: Self) -> Self {
        precondition(a.horizon == b.horizon, "DriftScore: horizons \(a.horizon) and \(b.horizon) differ")
        return Self(
            changes: a.changes + b.changes, delays: a.delays + b.delays, falseAlarms: a.falseAlarms + b.falseAlarms,
            calmEvents: a.calmEvents + b.calmEvents, horizon: a.horizon)
    }

    /// False alarms per 10,000 calm events.
    public var falseAlarmsPer10000: Double { calmEvents > 0 ? 10_000 * Double(falseAlarms) / Double(calmEvents) : 0 }

    /// Events until a report, on average; a change that was not found counts as the horizon.
    public var meanDelay: Double {
        changes > 0 ? (Double(delays.reduce(0, +)) + Double(changes - found) * Double(horizon)) / Double(changes) : 0
    }

    /// What a detector that alarms at every event would score: no delay, every calm event a false alarm.
    public var always: Self {
        Self(
            changes: changes, delays: Array(repeating: 0, count: changes), falseAlarms: calmEvents, calmEvents: calmEvents, horizon: horizon
        )
    }

    /// What a detector that never alarms would score: no false alarm, nothing found.
    public var never: Self { Self(changes: changes, delays: [], falseAlarms: 0, calmEvents: calmEvents, horizon: horizon) }
}
