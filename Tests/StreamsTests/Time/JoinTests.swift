import Learning
import Streams
import TestKit
import Testing

/// Runs a drawing of a join on one key: the times of the rows in `left`, `right`, and `mark` the watermark; of a pair the times below each other.
private func mismatch<Join>(
    _ drawing: Drawing, _ join: Join, left: (inout Join, JoinRow) -> [JoinedPair], right: (inout Join, JoinRow) -> [JoinedPair],
    advance: (inout Join, Int64) -> [JoinedPair]
) -> String? {
    var join = join
    return drawing.mismatch(in: ["l", "r"]) { tick in
        var pairs: [JoinedPair] = []
        func row(_ time: Int) -> JoinRow { JoinRow(Int64(time), [], at: SourcePlace(offset: UInt64(tick))) }
        if let time = drawing.number("left", tick) { pairs += left(&join, row(time)) }
        if let time = drawing.number("right", tick) { pairs += right(&join, row(time)) }
        if let time = drawing.number("mark", tick) { pairs += advance(&join, Int64(time)) }
        func digit(_ row: JoinRow?) -> Character { row.map { Character(String($0.time, radix: 36)) } ?? "-" }
        return ["l": pairs.map { digit($0.left) }, "r": pairs.map { digit($0.right) }]
    }
}

private func mismatch(_ drawing: Drawing, _ join: IntervalJoin) -> String? {
    mismatch(
        drawing, join, left: { $0.onLeft("k", $1) }, right: { $0.onRight("k", $1) }, advance: { $0.advance(to: $1) })
}

private func mismatch(_ drawing: Drawing, _ join: AsOfJoin) -> String? {
    mismatch(
        drawing, join, left: { $0.onLeft("k", $1) }, right: { $0.onRight("k", $1) }, advance: { $0.advance(to: $1) })
}

@Suite("Joins by key and time") struct JoinTests {
    @Test func `rows within the interval are told as soon as both are there`() {
        let drawing = Drawing(
            """
            left   5 . . 7 . .
            right  . 4 8 . 6 3
            l      . 5 . 7 5 .
            l              7
            r      . 4 . 8 6 .
            r              6
            """)
        #expect(mismatch(drawing, IntervalJoin(from: -1, through: 1)) == nil)
    }

    @Test func `rows are kept until nothing can belong to them, then told alone where that is wanted`() {
        let drawing = Drawing(
            """
            left   5 6 . . . .
            right  . . 8 . . 8
            mark   . . . 7 8 .
            l      . . 6 . 5 6
            r      . . 8 . - 8
            """)
        #expect(mismatch(drawing, IntervalJoin(from: 0, through: 2, outer: true)) == nil)
        var join = IntervalJoin(from: 0, through: 2)
        _ = join.onLeft("k", JoinRow(5, []))
        _ = join.onRight("k", JoinRow(9, []))
        _ = join.advance(to: 8)
        #expect(join.count == 1)
        _ = join.advance(to: 10)
        #expect(join.count == 0 && join.late == 0)
        #expect(join.onLeft("k", JoinRow(5, [])).isEmpty && join.late == 1)
    }

    @Test func `a left row gets the latest right row of its time once nothing earlier can come`() {
        let drawing = Drawing(
            """
            left   5 8 . . . g .
            right  2 . 7 5 . . .
            mark   . . . 6 9 . h
            l      . . . 5 8 . g
            r      . . . 5 7 . -
            """)
        #expect(mismatch(drawing, AsOfJoin(tolerance: 5)) == nil)
    }

    @Test func `keys are apart and room is bounded`() {
        var interval = IntervalJoin(from: -10, through: 10, outer: true, limit: 20), asOf = AsOfJoin(limit: 20)
        var random = SplitMix(seed: 2), alone = 0, told = 0
        for event in 0..<2000 {
            let key = "k\(random.below(30))", row = JoinRow(Int64(event), [Double(event)], at: SourcePlace(offset: UInt64(event)))
            let pairs = event % 2 == 0 ? interval.onLeft(key, row) : interval.onRight(key, row)
            #expect(pairs.allSatisfy { $0.right == nil || $0.key == key })
            alone += pairs.filter { $0.right == nil }.count
            told += (event % 2 == 0 ? asOf.onLeft(key, row) : asOf.onRight(key, row)).count
            if event % 100 == 99 { told += asOf.advance(to: Int64(event)).count }
            #expect(interval.count <= 20 && asOf.count <= 20)
        }
        told += asOf.advance(to: .max).count
        #expect(interval.evicted > 1000 && alone > 500 && asOf.evicted > 1000 && told == 1000)
    }

    @Test func `random streams give the pairs that looking at all rows gives`() throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let lower = Int64(-random.below(20)), upper = lower + Int64(random.below(30)), tolerance = Int64(random.below(40))
            var rows: [(isLeft: Bool, key: String, row: JoinRow)] = []
            for event in 0..<300 {
                rows.append(
                    (
                        random.below(2) == 0, "k\(random.below(4))",
                        JoinRow(Int64(event * 2 + random.below(20)), [], at: SourcePlace(offset: UInt64(event)))
                    ))
            }
            var interval = IntervalJoin(from: lower, through: upper), asOf = AsOfJoin(tolerance: tolerance)
            var pairs: Set<[Int]> = [], known: [Int: Int] = [:]
            func note(_ found: [JoinedPair], _ told: [JoinedPair]) {
                for pair in found { pairs.insert([Int(pair.left.place.offset), pair.right.map { Int($0.place.offset) } ?? -1]) }
                for pair in told { known[Int(pair.left.place.offset)] = pair.right.map { Int($0.place.offset) } ?? -1 }
            }
            for (event, (isLeft, key, row)) in rows.enumerated() {
                if isLeft {
                    note(interval.onLeft(key, row), asOf.onLeft(key, row))
                } else {
                    note(interval.onRight(key, row), asOf.onRight(key, row))
                }
                note(interval.advance(to: Int64(event * 2)), asOf.advance(to: Int64(event * 2)))
                if random.below(20) == 0 {
                    interval = try IntervalJoin(stateBytes: interval.stateBytes)
                    asOf = try AsOfJoin(stateBytes: asOf.stateBytes)
                }
            }
            note([], asOf.advance(to: .max))
            var wantedPairs: Set<[Int]> = [], wantedKnown: [Int: Int] = [:]
            for left in rows where left.isLeft {
                let others = rows.filter { !$0.isLeft && $0.key == left.key }.map(\.row)
                for other in others where (lower...upper).contains(other.time - left.row.time) {
                    wantedPairs.insert([Int(left.row.place.offset), Int(other.place.offset)])
                }
                let latest = others.filter { $0.time <= left.row.time && left.row.time - $0.time <= tolerance }
                    .max { ($0.time, $0.place) < ($1.time, $1.place) }
                wantedKnown[Int(left.row.place.offset)] = latest.map { Int($0.place.offset) } ?? -1
            }
            #expect(pairs == wantedPairs && known == wantedKnown && interval.late == 0 && asOf.late == 0)
        }
    }

    @Test func `the states keep to the contract of states`() {
        var interval = IntervalJoin(from: -5, through: 20, outer: true, limit: 60), asOf = AsOfJoin(tolerance: 50, limit: 60)
        for event in 0..<100 {
            let row = JoinRow(Int64(event), [1, .nan], at: SourcePlace(offset: UInt64(event)))
            _ = event % 3 == 0 ? interval.onLeft("k", row) : interval.onRight("l\(event % 4)", row)
            _ = event % 3 == 0 ? asOf.onLeft("k", row) : asOf.onRight("l\(event % 4)", row)
            _ = interval.advance(to: Int64(event - 15))
            _ = asOf.advance(to: Int64(event - 15))
        }
        #expect(
            StateContract.violation(of: interval) { join in
                for time in 0..<50 as Range<Int64> {
                    _ = join.onLeft("k", JoinRow(time * 5, []))
                    _ = join.onRight("k", JoinRow(time * 4, []))
                    _ = join.advance(to: time * 3)
                }
            } == nil)
        #expect(
            StateContract.violation(of: asOf) { join in
                for time in 0..<50 as Range<Int64> {
                    _ = join.onLeft("k", JoinRow(time * 5, []))
                    _ = join.onRight("k", JoinRow(time * 4, []))
                    _ = join.advance(to: time * 3)
                }
            } == nil)
    }
}
