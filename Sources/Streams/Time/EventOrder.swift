/// Brings events into the order of their times, as far as the policy waits for them, and tells which are too late.
///
/// However the events are cut into batches, the same come out. Memory: `policy.capacity` events and a clock for each part of the source.
public struct EventOrder: Sendable {
    /// An event that does not pass.
    public struct Refusal: Sendable, Hashable {
        /// Of the batch.
        public let row: Int
        public let verdict: Watermarks.Verdict
    }

    public let policy: TimePolicy
    public private(set) var watermarks: Watermarks
    /// Late events: those that passed nevertheless, and those that did not.
    public private(set) var admitted = 0
    public private(set) var late = 0
    /// Events refused because their time is too far ahead.
    public private(set) var leaps = 0
    /// Events that were sent on before their time because there was no room to wait.
    public private(set) var forced = 0
    private var buffer: ReorderBuffer

    public init(_ schema: EventSchema, _ policy: TimePolicy = TimePolicy()) {
        self.policy = policy
        watermarks = Watermarks(policy)
        buffer = ReorderBuffer(schema, capacity: policy.capacity)
    }

    /// Events that wait for earlier ones.
    public var waiting: Int { buffer.count }
    public var watermark: Int64 { watermarks.watermark }

    /// Takes events and appends those that may pass; their times do not descend, save for late events that are admitted.
    ///
    /// - Returns: the events that do not pass.
    public mutating func on(_ batch: EventBatch, into passed: inout EventBatch) -> [Refusal] {
        precondition(batch.schema == buffer.schema && passed.schema == buffer.schema, "time: events of another schema")
        var refusals: [Refusal] = []
        for row in batch.times.indices {
            let verdict = watermarks.on(batch.times[row], part: batch.places[row].part)
            switch verdict {
            case .onTime: accept(batch, row, into: &passed)
            case .late(let lateness) where lateness <= policy.lateness:
                admitted += 1
                passed.append(batch, row: row)
            case .late:
                late += 1
                refusals.append(Refusal(row: row, verdict: verdict))
            case .leap:
                leaps += 1
                refusals.append(Refusal(row: row, verdict: verdict))
            }
            while let earliest = buffer.earliest, earliest <= watermarks.watermark { buffer.pop(into: &passed) }
        }
        return refusals
    }

    private mutating func accept(_ batch: EventBatch, _ row: Int, into passed: inout EventBatch) {
        // What waits is later than the watermark before this event, but perhaps not later than the event.
        if batch.times[row] <= watermarks.watermark, buffer.earliest.map({ batch.times[row] < $0 }) ?? true {
            passed.append(batch, row: row)
            return
        }
        if buffer.isFull, let earliest = buffer.earliest {
            forced += 1
            if batch.times[row] < earliest {
                watermarks.raise(to: batch.times[row])
                passed.append(batch, row: row)
                return
            }
            watermarks.raise(to: earliest)
            buffer.pop(into: &passed)
        }
        buffer.push(batch, row)
    }

    /// Lets pass all that waits, at the end of a stream; what comes later than that is late.
    public mutating func finish(into passed: inout EventBatch) {
        while let earliest = buffer.earliest {
            watermarks.raise(to: earliest)
            buffer.pop(into: &passed)
        }
    }
}

extension EventOrder: CheckpointPart {
    public var partName: String { "time" }

    public func save(to writer: inout StateWriter) {
        writer.begin("event-order")
        for number in [admitted, late, leaps, forced] { writer.write(number) }
        writer.write(watermarks)
        writer.write(rows: buffer.waiting)
    }

    public mutating func restore(from reader: inout StateReader) throws {
        try reader.begin("event-order")
        var order = EventOrder(buffer.schema, policy)
        order.admitted = try reader.count("admitted")
        order.late = try reader.count("late")
        order.leaps = try reader.count("leaps")
        order.forced = try reader.count("forced")
        let wanted = order.watermarks
        order.watermarks = try reader.state(Watermarks.self)
        let found = order.watermarks
        try reader.require(
            (found.disorder, found.idle, found.leap, found.witnesses) == (wanted.disorder, wanted.idle, wanted.leap, wanted.witnesses),
            "watermarks", "are of another policy")
        let batch = try reader.rows(buffer.schema, limit: policy.capacity)
        for row in batch.times.indices { order.buffer.push(batch, row) }
        self = order
    }
}
