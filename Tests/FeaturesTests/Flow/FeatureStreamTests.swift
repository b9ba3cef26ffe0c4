import Features
import Formats
import TestSupport
import Testing

private let table: [Field] = [Field("x", .double, unit: "m"), Field("unit", .category), Field("time", .timestamp)]

private func fitted() throws -> FittedFeatures {
    let frame = try Frame(["x": Column([0.0, 2.0], unit: "m"), "unit": Column(["a", "a"]), "time": Column(timestamps: [0, 1])])
    return try FeatureDefinition(
        entity: ["unit"], order: "time", gap: .time(1000), derived: [DerivedColumn("before", .lag(1), of: "x")],
        inputs: [InputGroup("x", ["x", "before"], [.impute(.constant(-1))])], missing: .refuse, window: WindowDefinition(length: 2)
    ).fit(frame)
}

private func event(_ unit: Cell, _ time: Int64, _ x: Cell) -> [String: Cell] { ["unit": unit, "time": .timestamp(time), "x": x] }

@Suite("FeatureStream") struct FeatureStreamTests {
    @Test func `every entity has its own window, which a pause begins anew`() throws {
        var stream = try FeatureStream(fitted())
        #expect(try stream.on(event("a", 0, 1)) == nil)
        #expect(try stream.on(event("b", 0, 7)) == nil)
        let row = try #require(try stream.on(event("a", 10, 2)))
        #expect(row.entity == "a" && row.shapes == [[2, 2]])
        #expect(row["x"] == .float([1, -1, 2, 1]))
        #expect(try stream.on(event("a", 2000, 3)) == nil)
        #expect(try stream.on(event("a", 2000, 4))?["x"] == .float([3, -1, 4, 3]))
        #expect(try stream.on(event("b", 500, nil))?["x"] == .float([7, -1, -1, 7]))
    }

    @Test func `what does not fit is refused with a reason and changes nothing`() throws {
        var stream = try FeatureStream(fitted())
        _ = try stream.on(event("a", 100, 1))
        let before = stream.checkpoint
        #expect(throws: FeatureError("stream", "the event is older than the last one by 40", at: "a")) { try stream.on(event("a", 60, 1)) }
        #expect(throws: FeatureError("stream", "the event has no entity", at: "unit")) { try stream.on(event(nil, 200, 1)) }
        #expect(throws: FeatureError("features", "a number is needed, the event has a string", at: "x")) {
            try stream.on(event("a", 200, "1"))
        }
        #expect(throws: FeatureError("stream", "the event has no 'x' (a missing value is null); there are time, unit, xx")) {
            try stream.on(["unit": "a", "time": .timestamp(200), "xx": 1])
        }
        #expect(throws: FeatureError("features", "9223372036854775807 µs lies beyond the year 2255", at: "time")) {
            try stream.on(event("a", .max, 1))
        }
        #expect(stream.checkpoint == before)
        #expect(throws: FeatureError("stream", "the source has it in mm, the definition in m", at: "x")) {
            try FeatureStream(fitted(), units: ["x": "mm"])
        }
        #expect(throws: FeatureError("stream", "no column 'unti'; did you mean 'unit'?")) {
            try FeatureStream(fitted(), units: ["unti": "mm"])
        }
    }

    @Test func `many events at once are refused one by one, with the reasons of single events`() throws {
        var one = try FeatureStream(fitted()), many = one
        var events = FlatEvents(devices: [], times: [], numbers: [], texts: [])
        let rows: [(String?, Int64, Double)] = [
            ("a", 100, 1), ("a", 60, 1), (nil, 200, 1), ("a", .max, 1), ("a", 200, .infinity), ("a", 300, 2), ("b", 50, 3),
        ]
        var reasons: [String] = [], found: [Int: FeatureRow] = [:]
        for (row, (unit, time, x)) in rows.enumerated() {
            events.devices.append("")
            events.times.append(time)
            events.numbers.append(x)
            events.texts.append(unit)
            do {
                if let sample = try one.on(event(unit.map(Cell.string) ?? nil, time, .number(x))) { found[row] = sample }
            } catch {
                reasons.append("\(row): \(error)")
            }
        }
        let columns = try FlatColumns(one.features, numbers: ["x"], texts: ["unit"], time: "time")
        var samples = FlatSamples(width: many.sampleWidth, capacity: 10)
        #expect(many.on(events, columns, rows: 0..<7, into: &samples) == 7)
        #expect(samples.refusals.map { "\($0.row): \($0.error)" } == reasons && reasons.count == 3)
        #expect(samples.rows == found.keys.sorted())
        for (place, row) in samples.rows.enumerated() {
            #expect(.float(Array(samples.values[place * 4..<(place + 1) * 4])) == found[row]?["x"])
        }
        #expect(many.checkpoint == one.checkpoint)
    }

    @Test func `columns that flat events lack are named`() throws {
        let features = try fitted()
        #expect(throws: FeatureError("stream", "the events have no 'time'; there are x, unit")) {
            try FlatColumns(features, numbers: ["x"], texts: ["unit"])
        }
        #expect(throws: FeatureError("stream", "a number is needed, the events have a text", at: "x")) {
            try FlatColumns(features, numbers: [], texts: ["x", "unit"], time: "time")
        }
        _ = try FlatColumns(features, numbers: ["x", "time"], texts: [], device: "unit")
    }

    @Test func `the entity longest not heard of is forgotten when there are too many`() throws {
        var stream = try FeatureStream(fitted(), entities: 2)
        _ = try stream.on(event("a", 0, 1))
        _ = try stream.on(event("b", 1, 1))
        _ = try stream.on(event("a", 2, 2))
        _ = try stream.on(event("c", 3, 1))
        #expect(stream.entityCount == 2 && stream.evicted == 1)
        #expect(try stream.on(event("a", 4, 3))?["x"] == .float([2, 1, 3, 2]))
        #expect(try stream.on(event("b", 5, 9)) == nil)
        #expect(stream.evicted == 2)
        #expect(stream.bytesPerEntity < 200)
        for index in 0..<1000 { _ = try stream.on(event(.string("e\(index % 50)"), Int64(index), 1)) }
        #expect(stream.entityCount == 2)
    }

    @Test func `a checkpoint goes through JSON, and a damaged one is refused`() throws {
        let features = try fitted()
        var stream = try FeatureStream(features)
        for index in 0..<40 { _ = try stream.on(event(.string("e\(index % 7)"), Int64(index), .number(Double(index)))) }
        let text = try JSON(encoding: stream.checkpoint).text()
        let checkpoint: FeatureCheckpoint = try JSON(parsing: text).decoded()
        var other = try FeatureStream(features, resuming: checkpoint)
        for index in 40..<60 {
            let next = event(.string("e\(index % 9)"), Int64(index), .number(0.1 * Double(index)))
            #expect(try stream.on(next) == other.on(next))
        }
        #expect(stream.checkpoint == other.checkpoint)
        #expect(throws: FeatureError("stream", "the checkpoint has 7 entities, the limit is 3")) {
            try FeatureStream(features, entities: 3, resuming: checkpoint)
        }

        var random = SeededRandom(seed: 5), read = 0
        let letters = Array(text.utf8)
        for _ in 0..<2000 {
            var bytes = letters
            for _ in 0..<1 + random.below(6) { bytes[random.below(bytes.count)] = random.pick(Array("0123456789abcdef\",".utf8)) }
            guard let hostile: FeatureCheckpoint = try? JSON(parsing: bytes).decoded(),
                var stream = try? FeatureStream(features, resuming: hostile)
            else { continue }
            for index in 0..<20 { _ = try? stream.on(event(.string("e\(index % 8)"), Int64(index) * 30, 1)) }
            read += 1
        }
        #expect(read > 100)
    }
}
