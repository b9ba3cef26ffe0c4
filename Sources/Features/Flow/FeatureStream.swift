/// Features of live events, one at a time: a state machine of bounded memory that gives the same bits as `FittedFeatures.transform`.
///
/// ```swift
/// var stream = try FeatureStream(fitted, entities: 10_000)
/// if let row = try stream.on(["machine": "a", "time": .timestamp(now), "torque": 41.5, "speed": nil]) { answer(row) }
/// ```
/// Each entity has `bytesPerEntity` of state. When an entity more than the limit appears, the one whose last event is longest ago is
/// forgotten and counted in `evicted`; should it appear again, it begins anew.
public struct FeatureStream: Sendable {
    struct Entity: Sendable {
        var key: String
        var words: [UInt64]
        /// The last rows of the windowed inputs, as rings, group by group.
        var window: [UInt32]
        /// The neighbours by the time of the last event, -1 at the ends.
        var older: Int
        var newer: Int
    }

    public let features: FittedFeatures
    /// Most entities that are remembered.
    public let limit: Int
    /// How many entities were forgotten because there were more than the limit.
    public internal(set) var evicted = 0
    /// How many events gave no sample because a value was missing.
    public internal(set) var dropped = 0

    var entities: [Entity] = []
    var places: [String: Int] = [:]
    var oldest = -1
    var newest = -1
    private let offsets: [Int]
    let windowWords: Int
    private let columns: [String]
    private var values: [Double]
    private var scratch: [Double]

    /// `units` are those of the events' source, for the columns whose unit it knows; throws where one differs from the definition's.
    public init(_ features: FittedFeatures, entities limit: Int = 100_000, units: [String: String] = [:]) throws {
        if limit < 1 { throw FeatureError("stream", "at least one entity is remembered") }
        for (name, unit) in units.sorted(by: { $0.key < $1.key }) {
            guard let column = features.definition.columns.first(where: { $0.name == name }) else {
                throw FeatureError("stream", "no column '\(name)'\(hint(for: name, among: features.definition.columns.map(\.name)))")
            }
            if let expected = column.unit, expected != unit {
                throw FeatureError("stream", "the source has it in \(unit), the definition in \(expected)", at: name)
            }
        }
        self.features = features
        self.limit = limit
        let machine = features.machine
        var offsets: [Int] = [], size = 0
        for group in machine.plan.groups.indices {
            offsets.append(size)
            if let window = features.definition.window, machine.plan.groups[group].isWindowed {
                let (words, overflow) = window.length.multipliedReportingOverflow(by: machine.widths[group])
                if overflow || words > Plan.mostWords {
                    throw FeatureError("stream", "a window takes more than \(Plan.mostWords) numbers", at: machine.plan.groups[group].name)
                }
                size += words
            }
        }
        self.offsets = offsets
        windowWords = size
        columns = features.requiredColumns.map(\.name)
        values = [Double](repeating: 0, count: max(machine.plan.slotCount, 1))
        scratch = [Double](repeating: 0, count: 2 * machine.scratch)
    }

    /// How many bytes of state an entity has, without its name.
    public var bytesPerEntity: Int { features.machine.plan.stateWords * 8 + windowWords * 4 }
    /// How many entities are remembered.
    public var entityCount: Int { entities.count }

    /// Takes an event; the sample that it completes, or nil where it completes none.
    ///
    /// The event has all of `features.requiredColumns`, null where a value is missing; further values do not matter. Throws where a column
    /// is not there, is of another type, or has no entity or moment, and where the event is older than the entity's last: then it
    /// changes nothing. An event with a missing value that is to be refused throws too; it counts as seen.
    public mutating func on(_ event: [String: Cell]) throws -> FeatureRow? {
        let plan = features.machine.plan
        for name in columns where event[name] == nil {
            throw FeatureError(
                "stream", "the event has no '\(name)' (a missing value is null)\(hint(for: name, among: event.keys.sorted()))")
        }
        for (slot, column) in plan.raw.enumerated() { values[slot] = try Intake.number(event[column.name] ?? .null, column) }
        for column in plan.strings {
            if case .timestamp = event[column.name] ?? .null {
                throw FeatureError("features", "a string is needed, the event has a timestamp", at: column.name)
            }
        }
        let identity = plan.definition.entity.map { event[$0] ?? .null }
        if let place = identity.firstIndex(of: .null) {
            throw FeatureError("stream", "the event has no entity", at: plan.definition.entity[place])
        }
        let time = plan.order.map { values[$0] } ?? .nan
        if let order = plan.order, time.isNaN {
            throw FeatureError("stream", "the event has no moment to be ordered by", at: plan.raw[order].name)
        }

        let key = plan.key(identity)
        let place: Int
        if let known = places[key] {
            let last = number(in: entities[known].words[0])
            if plan.order != nil, time < last {
                throw FeatureError("stream", "the event is older than the last one by \(Cell.text(of: last - time))", at: Plan.shown(key))
            }
            place = known
            unlink(place)
        } else {
            place = admit(key)
        }
        link(place)
        return try advance(place, time, event)
    }

    private mutating func advance(_ place: Int, _ time: Double, _ event: [String: Cell]) throws -> FeatureRow? {
        let machine = features.machine, plan = machine.plan
        var missing = -1
        var rows: [FeatureValues] = []
        rows.reserveCapacity(plan.groups.count)
        values.withUnsafeMutableBufferPointer { values in
            entities[place].words.withUnsafeMutableBufferPointer { state in
                scratch.withUnsafeMutableBufferPointer { scratch in
                    guard let values = values.baseAddress, let state = state.baseAddress, let scratch = scratch.baseAddress else { return }
                    _ = plan.enter(state, time: time)
                    plan.derive(values, state, time: time)
                    for group in plan.groups.indices {
                        let width = machine.widths[group]
                        if plan.groups[group].encoder != nil {
                            rows.append(machine.encode(group, event))
                            continue
                        }
                        machine.encode(group, values, state, scratch)
                        rows.append(
                            .float(
                                [Float](unsafeUninitializedCapacity: width) { row, count in
                                    for column in 0..<width {
                                        let number = Float(scratch[column])
                                        if !number.isFinite, missing < 0 { missing = group }
                                        row.initializeElement(at: column, to: number.isFinite ? number : .nan)
                                    }
                                    count = width
                                }))
                    }
                }
            }
        }
        if missing >= 0, features.definition.missing != .keep {
            entities[place].words[1] = 0
            if features.definition.missing == .refuse {
                throw FeatureError("stream", "the event has no value, and no step fills it", at: machine.missingColumn(missing, values))
            }
            dropped += 1
            return nil
        }
        let run = Int(entities[place].words[1] & 0xFFFF_FFFF_FFFF) + 1
        entities[place].words[1] = UInt64(run)
        return remember(rows, place, run)
    }

    /// Puts the rows into the windows; the sample where one is due.
    private mutating func remember(_ rows: [FeatureValues], _ place: Int, _ run: Int) -> FeatureRow? {
        let machine = features.machine, groups = machine.plan.groups
        let isDue = features.isDue(run)
        var head = 0
        var results = isDue ? rows : []
        if let window = features.definition.window {
            head = Int(entities[place].words[2] % UInt64(window.length))
            entities[place].words[2] = UInt64((head + 1) % window.length)
            for group in groups.indices where groups[group].isWindowed {
                let width = machine.widths[group], start = offsets[group]
                let bits = rows[group].bits
                for column in 0..<width { entities[place].window[start + head * width + column] = bits[column] }
                if !isDue { continue }
                var sample = [UInt32](repeating: 0, count: window.length * width)
                let present = min(run, window.length)
                for back in 0..<present {
                    let from = start + ((head - back + window.length) % window.length) * width, to = (window.length - 1 - back) * width
                    for column in 0..<width { sample[to + column] = entities[place].window[from + column] }
                }
                results[group] =
                    machine.isWhole(group) ? .int(sample.map(Int32.init(bitPattern:))) : .float(sample.map(Float.init(bitPattern:)))
            }
        }
        if !isDue { return nil }
        return FeatureRow(
            entity: Plan.shown(entities[place].key), names: groups.map(\.name), shapes: groups.indices.map(features.shape), values: results)
    }

    // MARK: Entities

    /// A place for a new entity, the oldest one's where all are taken.
    private mutating func admit(_ key: String) -> Int {
        var place = entities.count
        if entities.count < limit {
            entities.append(
                Entity(
                    key: key, words: [UInt64](repeating: 0, count: features.machine.plan.stateWords),
                    window: [UInt32](repeating: 0, count: windowWords), older: -1, newer: -1))
        } else {
            place = oldest
            unlink(place)
            places[entities[place].key] = nil
            evicted += 1
            entities[place].key = key
            entities[place].words.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
            entities[place].window.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        }
        places[key] = place
        return place
    }

    private mutating func unlink(_ place: Int) {
        let older = entities[place].older, newer = entities[place].newer
        if older >= 0 { entities[older].newer = newer } else { oldest = newer }
        if newer >= 0 { entities[newer].older = older } else { newest = older }
    }

    mutating func link(_ place: Int) {
        entities[place].older = newest
        entities[place].newer = -1
        if newest >= 0 { entities[newest].newer = place } else { oldest = place }
        newest = place
    }
}
