extension FeatureStream {
    /// Takes events one after the other until the samples are full: the same bits as `on(_:)` with each, without a dictionary or any
    /// other memory per event.
    ///
    /// An event that `on(_:)` would throw at is listed in `samples.refusals`.
    ///
    /// - Parameter rows: of the events; those before it are taken for granted.
    /// - Returns: the row behind the last event that was taken.
    public mutating func on(_ events: FlatEvents, _ columns: FlatColumns, rows: Range<Int>, into samples: inout FlatSamples) -> Int {
        precondition(
            rows.lowerBound >= 0 && rows.upperBound <= events.count && events.devices.count == events.count
                && events.numbers.count == events.count * columns.numberCount && events.texts.count == events.count * columns.textCount
                && samples.width == sampleWidth, "features: the events or the samples do not have the columns' form")
        let machine = features.machine
        var row = rows.lowerBound
        while row < rows.upperBound, !samples.isFull {
            do throws(FeatureError) {
                try take(machine, events, columns, row, into: &samples)
            } catch {
                samples.refusals.append((row, error))
            }
            row += 1
        }
        return row
    }

    @inline(__always)
    private mutating func take(
        _ machine: Machine, _ events: FlatEvents, _ columns: FlatColumns, _ row: Int, into samples: inout FlatSamples
    ) throws(FeatureError) {
        for slot in columns.raw.indices { values[slot] = try number(machine.plan, events, columns, row, slot) }
        let time = machine.plan.order.map { values[$0] } ?? .nan
        let key: String
        switch columns.entity.count {
        case 0: key = ""
        case 1: key = try part(machine.plan, events, columns, row, 0)
        default:
            var joined = try part(machine.plan, events, columns, row, 0)
            for place in 1..<columns.entity.count { joined += "\u{1f}" + (try part(machine.plan, events, columns, row, place)) }
            key = joined
        }
        let place = try enter(machine.plan, key: key, time: time)
        switch advance(machine, place, time, { group, column in events.text(columns.strings[group][column], row, columns) }) {
        case .none: break
        case .missing(let group): throw refusal(machine, group)
        case .sample:
            let start = samples.rows.count * samples.width
            samples.values.withUnsafeMutableBytes { bytes in
                guard let base = bytes.bindMemory(to: UInt32.self).baseAddress else { return }
                write(place, into: base + start)
            }
            samples.rows.append(row)
        }
    }

    /// The raw value of a slot, checked as `Intake.number` checks a cell.
    @inline(__always)
    private func number(
        _ plan: Plan, _ events: FlatEvents, _ columns: FlatColumns, _ row: Int, _ slot: Int
    ) throws(FeatureError) -> Double {
        var value: Double
        switch columns.raw[slot] {
        case .number(let place): value = events.numbers[row * columns.numberCount + place]
        case .time: return try Intake.moment(events.times[row], plan.raw[slot].name)
        case .device, .text: return .nan
        }
        if !value.isFinite { value = .nan }
        if plan.raw[slot].type == .timestamp, value.magnitude > 0x1p53 {
            throw FeatureError("features", "\(Cell.text(of: value)) µs lies beyond the year 2255", at: plan.raw[slot].name)
        }
        return value
    }

    /// A part of the name of an event's entity.
    @inline(__always)
    private func part(
        _ plan: Plan, _ events: FlatEvents, _ columns: FlatColumns, _ row: Int, _ place: Int
    ) throws(FeatureError) -> String {
        if let text = events.text(columns.entity[place], row, columns) { return text }
        throw FeatureError("stream", "the event has no entity", at: plan.definition.entity[place])
    }
}
