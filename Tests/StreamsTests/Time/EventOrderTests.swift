import Features
import Learning
import Streams
import TestKit
import Testing

private let schema = try! EventSchema([ColumnDefinition("x")])

/// Runs a drawing: `in` the events by their letters, `time` and `part` as numbers; `out` what passes, `late` and `leap` what does not.
private func mismatch(_ drawing: Drawing, _ policy: TimePolicy, finishes: Bool = false) -> String? {
    var order = EventOrder(schema, policy)
    let lanes = ["out", "late", "leap", "mark"].filter { name in drawing.lanes.contains { $0.name == name } }
    return drawing.mismatch(in: lanes) { tick in
        var batch = EventBatch(schema), passed = batch, marks: [String: [Character]] = [:]
        if let letter = drawing["in", tick], let time = drawing.number("time", tick) {
            batch.append(
                device: String(letter), time: Int64(time),
                at: SourcePlace(part: Int32(drawing.number("part", tick) ?? 0), offset: UInt64(tick)))
            for refusal in order.on(batch, into: &passed) {
                switch refusal.verdict {
                case .leap: marks["leap", default: []].append(letter)
                default: marks["late", default: []].append(letter)
                }
            }
        } else if finishes, tick == drawing.length - 1 {
            order.finish(into: &passed)
        }
        if !passed.isEmpty { marks["out"] = passed.devices.compactMap(\.first) }
        if lanes.contains("mark"), order.watermark >= 0 { marks["mark"] = Array(String(order.watermark, radix: 36)) }
        return marks
    }
}

@Suite("EventOrder") struct EventOrderTests {
    @Test func `without disorder events pass at once, and older ones are late`() {
        let drawing = Drawing(
            """
            in    a b c d e
            time  1 3 3 2 4
            out   a b c . e
            late  . . . d .
            """)
        #expect(mismatch(drawing, TimePolicy()) == nil)
    }

    @Test func `events wait until nothing earlier is expected, and pass in order`() {
        let drawing = Drawing(
            """
            in    a b c d e f g .
            time  1 4 2 6 3 4 9 .
            mark  . 2 2 4 4 4 7 9
            out   . a c b . f d g
            late  . . . . e . . .
            """)
        #expect(mismatch(drawing, TimePolicy(disorder: 2), finishes: true) == nil)
    }

    @Test func `the slowest part holds the others back until it is idle`() {
        let drawing = Drawing(
            """
            in    a b c d e f g
            part  0 1 0 0 1 0 0
            time  1 2 3 5 4 6 b
            out   a . b . c . d
            out           e   f
            out               g
            """)
        #expect(mismatch(drawing, TimePolicy(idle: 5)) == nil)
    }

    @Test func `late events are admitted within the lateness, out of order`() {
        let drawing = Drawing(
            """
            in    a b c d
            time  9 6 5 9
            out   a b . d
            late  . . c .
            """)
        #expect(mismatch(drawing, TimePolicy(lateness: 3)) == nil)
    }

    @Test func `one clock gone wrong does not make the others late, but all together may leap`() {
        let drawing = Drawing(
            """
            in    a b c d e f g h
            time  1 z 2 z z y z 3
            out   a . c . . f g .
            leap  . b . d e . . .
            late  . . . . . . . h
            """)
        #expect(mismatch(drawing, TimePolicy(leap: 9, witnesses: 3)) == nil)
    }

    @Test func `where there is no room the earliest goes on, and what comes before it is late`() {
        let drawing = Drawing(
            """
            in    a b c d e f .
            time  5 3 7 4 2 6 .
            out   . . b d . a f
            out               c
            late  . . . . e . .
            """)
        #expect(mismatch(drawing, TimePolicy(disorder: 20, capacity: 2), finishes: true) == nil)
    }

    @Test func `a drawing that is wrong is shown as it should be`() {
        let drawing = Drawing(
            """
            in    a b
            time  1 3
            out   . a
            """)
        #expect(mismatch(drawing, TimePolicy()) == "out   a b")
    }

    private func random(_ count: Int, seed: UInt64) -> EventBatch {
        var random = SplitMix(seed: seed), batch = EventBatch(schema)
        for event in 0..<count {
            batch.append(
                device: "d\(random.below(3))", time: Int64(event * 10 - random.below(random.below(20) == 0 ? 300 : 60)),
                at: SourcePlace(part: Int32(random.below(3)), offset: UInt64(event)))
            batch.setNumber(0, random.unit())
        }
        return batch
    }

    @Test func `however the events are cut and the state is saved, the same pass in the same order`() throws {
        for seed in 0..<30 as Range<UInt64> {
            let batch = random(400, seed: seed), policy = TimePolicy(disorder: 60, idle: 200, lateness: 20, capacity: 50, leap: 1000)
            var whole = EventOrder(schema, policy), wanted = EventBatch(schema)
            let refused = whole.on(batch, into: &wanted).map(\.row)
            var order = EventOrder(schema, policy), found = EventBatch(schema), cuts = SplitMix(seed: seed), row = 0, out: [Int] = []
            while row < batch.count {
                var piece = EventBatch(schema)
                let end = min(batch.count, row + 1 + cuts.below(40))
                for other in row..<end { piece.append(batch, row: other) }
                out += order.on(piece, into: &found).map { row + $0.row }
                row = end
                var next = EventOrder(schema, policy)
                try next.restore(bytes: try order.savedBytes())
                order = next
            }
            #expect(found.times == wanted.times && found.places == wanted.places && found.numbers == wanted.numbers && out == refused)
            #expect(try order.savedBytes() == whole.savedBytes())
            #expect(order.waiting + found.count + out.count == batch.count)
            #expect(order.admitted + order.late > 0)
        }
    }

    @Test func `the state keeps to the contract of states`() throws {
        var order = EventOrder(schema, TimePolicy(disorder: 100, idle: 30, leap: 1000)), passed = EventBatch(schema)
        _ = order.on(random(100, seed: 3), into: &passed)
        #expect(
            StateContract.violation(of: order.watermarks) { marks in for time in 0..<50 { _ = marks.on(Int64(time) * 40, part: 1) } } == nil
        )
        let bytes = try order.savedBytes(), more = random(50, seed: 4)
        var random = SplitMix(seed: 9)
        for _ in 0..<500 {
            var changed = bytes
            for _ in 0...random.below(3) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
            var other = EventOrder(schema, TimePolicy(disorder: 100, idle: 30, leap: 1000))
            if (try? other.restore(bytes: changed)) != nil { _ = other.on(more, into: &passed) }
        }
        var other = EventOrder(schema, TimePolicy(disorder: 99))
        #expect(throws: StreamError("state", "are of another policy", at: "watermarks")) { try other.restore(bytes: bytes) }
    }
}
