/// Features of live events, one at a time: a state machine of bounded memory that gives the same bits as `FittedFeatures.transform`.
///
/// ```swift
/// var stream = try FeatureStream(fitted, entities: 10_000)
/// if let row = try stream.on(["machine": "a", "time": .timestamp(now), "torque": 41.5, "speed": nil]) { answer(row) }
/// ```
/// Each entity has `bytesPerEntity` of state. When an entity more than the limit appears, the one whose last event is longest ago is
/// forgotten and counted in `evicted`; should it appear again, it begins anew. Many events at once go through `on(_:rows:into:)`.
public struct FeatureStream: Sendable {
    /// What became of an event.
    enum Outcome {
        case sample
        case none
        /// A number of this group is missing.
        case missing(Int)
    }

    public let features: FittedFeatures
    /// How many events gave no sample because a value was missing.
    public internal(set) var dropped = 0

    var table: EntityTable
    let layout: SampleLayout
    private let columns: [String]
    var values: [Double]
    private var scratch: [Double]
    private var row: [UInt32]

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
        let machine = features.machine
        layout = try SampleLayout(features)
        table = EntityTable(limit: limit, stateWords: machine.plan.stateWords, windowWords: layout.windowWords)
        columns = features.requiredColumns.map(\.name)
        values = [Double](repeating: 0, count: max(machine.plan.slotCount, 1))
        scratch = [Double](repeating: 0, count: 2 * machine.scratch)
        row = [UInt32](repeating: 0, count: max(layout.rowWidth, 1))
    }

    /// Most entities that are remembered.
    public var limit: Int { table.limit }
    /// How many entities were forgotten because there were more than the limit.
    public var evicted: Int { table.evicted }
    /// How many bytes of state an entity has, without its name.
    public var bytesPerEntity: Int { table.stateWords * 8 + table.windowWords * 4 }
    /// How many entities are remembered.
    public var entityCount: Int { table.count }
    /// How many numbers a sample has, all inputs together.
    public var sampleWidth: Int { layout.sampleWidth }

    /// Takes an event; the sample that it completes, or nil where it completes none.
    ///
    /// The event has all of `features.requiredColumns`, null where a value is missing; further values do not matter. Throws where a column
    /// is not there, is of another type, or has no entity or moment, and where the event is older than the entity's last: then it
    /// changes nothing. An event with a missing value that is to be refused throws too; it counts as seen.
    public mutating func on(_ event: [String: Cell]) throws -> FeatureRow? {
        let machine = features.machine, plan = machine.plan
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
        let place = try enter(plan, key: plan.key(identity), time: time)
        let outcome = advance(machine, place, time) { group, column in
            let cell = event[plan.groups[group].columns[column]] ?? .null
            return cell.isNull ? nil : cell.description
        }
        switch outcome {
        case .none: return nil
        case .missing(let group): throw refusal(machine, group)
        case .sample: return sample(machine, of: place)
        }
    }

    private func sample(_ machine: Machine, of place: Int) -> FeatureRow {
        var words = [UInt32](repeating: 0, count: layout.sampleWidth)
        words.withUnsafeMutableBufferPointer { words in if let base = words.baseAddress { write(place, into: base) } }
        let parts = layout.parts.enumerated().map { group, part -> FeatureValues in
            let words = words[part.sample..<part.sample + part.width * part.length]
            return machine.isWhole(group) ? .int(words.map(Int32.init(bitPattern:))) : .float(words.map(Float.init(bitPattern:)))
        }
        return FeatureRow(
            entity: Plan.shown(table.keys[place]), names: machine.plan.groups.map(\.name),
            shapes: layout.parts.indices.map(features.shape), values: parts)
    }

    // MARK: What both doors share

    func refusal(_ machine: Machine, _ group: Int) -> FeatureError {
        FeatureError("stream", "the event has no value, and no step fills it", at: machine.missingColumn(group, values))
    }

    /// The place of an event's entity, which becomes the latest.
    @inline(__always)
    mutating func enter(_ plan: Plan, key: String, time: Double) throws(FeatureError) -> Int {
        if let order = plan.order, time.isNaN {
            throw FeatureError("stream", "the event has no moment to be ordered by", at: plan.raw[order].name)
        }
        guard let place = table.place(of: key) else { return table.admit(key) }
        if plan.order != nil {
            let last = number(in: table.states[place * table.stateWords])
            if time < last {
                throw FeatureError("stream", "the event is older than the last one by \(Cell.text(of: last - time))", at: Plan.shown(key))
            }
        }
        table.touch(place)
        return place
    }

    /// Works an event of an entity in, whose raw values lie in `values`; `text` gives the string of a column of a group.
    @inline(__always)
    mutating func advance(
        _ machine: Machine, _ place: Int, _ time: Double, _ text: (_ group: Int, _ column: Int) -> String?
    ) -> Outcome {
        let stateWords = table.stateWords, windowWords = table.windowWords, policy = features.definition.missing
        let window = features.definition.window
        return values.withUnsafeMutableBufferPointer { values in
            table.states.withUnsafeMutableBufferPointer { states in
                table.windows.withUnsafeMutableBufferPointer { windows in
                    scratch.withUnsafeMutableBufferPointer { scratch in
                        row.withUnsafeMutableBufferPointer { row in
                            guard let values = values.baseAddress, let state = states.baseAddress.map({ $0 + place * stateWords }),
                                let scratch = scratch.baseAddress, let row = row.baseAddress
                            else { return .none }
                            _ = machine.plan.enter(state, time: time)
                            machine.plan.derive(values, state, time: time)
                            let missing = layout.encode(machine, values, state, scratch, row, text)
                            if missing >= 0, policy != .keep {
                                state[1] = 0
                                if policy == .refuse { return .missing(missing) }
                                dropped += 1
                                return .none
                            }
                            let run = Int(state[1] & 0xFFFF_FFFF_FFFF) + 1
                            state[1] = UInt64(run)
                            if let window {
                                let head = Int(state[2] % UInt64(window.length))
                                state[2] = UInt64(head + 1 == window.length ? 0 : head + 1)
                                if let base = windows.baseAddress { layout.remember(row, at: head, in: base + place * windowWords) }
                            }
                            return features.isDue(run) ? .sample : .none
                        }
                    }
                }
            }
        }
    }

    /// Writes the sample that an entity's last event has completed.
    @inline(__always)
    func write(_ place: Int, into sample: UnsafeMutablePointer<UInt32>) {
        let run = Int(table.states[place * table.stateWords + 1]), next = Int(table.states[place * table.stateWords + 2])
        row.withUnsafeBufferPointer { row in
            table.windows.withUnsafeBufferPointer { windows in
                // Without windows there is no address, and no part that would read it.
                guard let row = row.baseAddress else { return }
                layout.write(row, windows.baseAddress.map { $0 + place * table.windowWords } ?? row, run: run, next: next, into: sample)
            }
        }
    }
}
