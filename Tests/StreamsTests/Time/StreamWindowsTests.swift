import Learning
import Streams
import TestKit
import Testing

/// Runs a drawing: `in` events by their key, `time` and `mark` (the watermark) as numbers; every window told is its key in `out`, with its
/// end, its number of events and the sum of the events' times below.
private func mismatch(_ drawing: Drawing, _ windows: StreamWindows) -> String? {
    var windows = windows
    let lanes = ["out", "end", "n", "sum", "kind"].filter { name in drawing.lanes.contains { $0.name == name } }
    return drawing.mismatch(in: lanes) { tick in
        var results: [WindowResult] = []
        if let key = drawing["in", tick], let time = drawing.number("time", tick) {
            results += windows.on(String(key), at: Int64(time), [Double(time)])
        }
        if let mark = drawing.number("mark", tick) { results += windows.advance(to: Int64(mark)) }
        func digit(_ number: Int64) -> Character { Character(String(number, radix: 36)) }
        let all: [String: [Character]] = [
            "out": results.compactMap(\.key.first), "end": results.map { digit($0.end) }, "n": results.map { digit(Int64($0.count)) },
            "sum": results.map { digit(Int64($0.values[0])) }, "kind": results.map { $0.isForced ? "!" : $0.isUpdate ? "u" : "-" },
        ]
        return all.filter { lanes.contains($0.key) }
    }
}

private let sum = [Aggregate(.sum, of: 0)]

@Suite("StreamWindows") struct StreamWindowsTests {
    @Test func `tumbling windows are told when the watermark reaches their end, key by key`() {
        let drawing = Drawing(
            """
            in    b a a b a . a
            time  1 2 3 9 4 . 6
            mark  . . . 4 5 9 a
            out   . . . . a . a
            out           b   b
            end   . . . . 5 . a
            end           5   a
            sum   . . . . 9 . 6
            sum           1   9
            """)
        #expect(mismatch(drawing, StreamWindows(.tumbling(5), sum)) == nil)
    }

    @Test func `an event counts in all sliding windows that hold it`() {
        let drawing = Drawing(
            """
            in    a a a . . . .
            time  1 4 7 . . . .
            mark  . . 2 5 8 b e
            out   . . a a a a .
            end   . . 2 5 8 b .
            n     . . 1 2 2 1 .
            sum   . . 1 5 b 7 .
            """)
        #expect(mismatch(drawing, StreamWindows(.sliding(6, step: 3, offset: 2), sum)) == nil)
    }

    @Test func `a session ends after a pause, and an event between two makes them one`() {
        let drawing = Drawing(
            """
            in    a a a a . . .
            time  1 7 3 5 . . .
            mark  . . . . 9 a k
            out   . . . . . a .
            end   . . . . . a .
            n     . . . . . 4 .
            sum   . . . . . g .
            """)
        #expect(mismatch(drawing, StreamWindows(.session(gap: 3, most: 100), sum)) == nil)
    }

    @Test func `a session that lasts too long is cut`() {
        let drawing = Drawing(
            """
            in    a a a a a .
            time  1 2 3 4 5 .
            mark  . . . . . 9
            out   . . . . . a
            out             a
            n     . . . . . 3
            n               2
            end   . . . . . 5
            end             7
            """)
        #expect(mismatch(drawing, StreamWindows(.session(gap: 2, most: 3), sum)) == nil)
    }

    @Test func `late events change a window that is kept for them, and later ones are counted`() {
        let drawing = Drawing(
            """
            in    a . a . a a
            time  1 . 2 . 3 7
            mark  . 5 6 7 . .
            out   . a a . . .
            kind  . - u . . .
            sum   . 1 3 . . .
            """)
        #expect(mismatch(drawing, StreamWindows(.tumbling(5), sum, lateness: 2)) == nil)
        var windows = StreamWindows(.tumbling(5), sum, lateness: 2)
        _ = windows.advance(to: 7)
        _ = windows.on("a", at: 3, [3])
        #expect(windows.late == 1 && windows.paneCount == 0)
    }

    @Test func `where too many windows are open the first is closed by force`() {
        let drawing = Drawing(
            """
            in    a b c d . .
            time  7 2 3 8 . .
            mark  . . . . 5 a
            out   . . b c . a
            out             d
            kind  . . ! ! . -
            kind            -
            """)
        #expect(mismatch(drawing, StreamWindows(.tumbling(5), sum, limit: 2)) == nil)
    }

    @Test func `aggregates are those of the values that are there`() throws {
        let functions = Aggregate.Function.allCases
        var windows = StreamWindows(.tumbling(100), functions.map { Aggregate($0, of: 1) } + [Aggregate(.mean, of: 0)])
        for (time, value) in [(3, 4.0), (1, 1.0), (5, .nan), (9, 6.0), (7, 9.0)] { _ = windows.on("k", at: Int64(time), [.nan, value]) }
        let result = try #require(windows.finish().first)
        #expect(result.count == 5 && result.start == 0 && result.end == 100)
        let deviation = (34.0 / 3).squareRoot()
        #expect(zip(result.values, [4, 20, 5, 1, 9, deviation, 1, 6]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(result.values[8].isNaN)
    }

    /// Every window of a shape by looking at all events again.
    private func plain(_ events: [(key: String, time: Int64)], _ length: Int64, _ step: Int64) -> [String: [Int64: Int]] {
        var found: [String: [Int64: Int]] = [:]
        for (key, time) in events {
            var end = (time / step) * step + step
            while end - length <= time {
                found[key, default: [:]][end, default: 0] += 1
                end += step
            }
        }
        return found
    }

    @Test func `random streams give every window once, whatever the cuts and saves`() throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let step = Int64(1 + random.below(20)), length = step * Int64(1 + random.below(5))
            let shape: WindowShape = length == step ? .tumbling(length) : .sliding(length, step: step)
            let events = (0..<300).map { event in (key: "k\(random.below(4))", time: Int64(100 + event * 3 + random.below(30))) }
            var windows = StreamWindows(shape, sum), results: [WindowResult] = []
            for (event, (key, time)) in events.enumerated() {
                results += windows.on(key, at: time, [1])
                results += windows.advance(to: Int64(100 + event * 3 - 1))
                if random.below(20) == 0 { windows = try StreamWindows(stateBytes: windows.stateBytes) }
            }
            results += windows.finish()
            var found: [String: [Int64: Int]] = [:]
            for result in results {
                #expect(found[result.key, default: [:]].updateValue(result.count, forKey: result.end) == nil)
                #expect(result.values[0] == Double(result.count) && result.end - result.start == length)
            }
            #expect(found == plain(events, length, step))
            #expect(results.map(\.end) == results.map(\.end).sorted() && windows.paneCount == 0 && windows.late == 0)
        }
    }

    @Test func `panes stay below the limit and none is lost uncounted`() {
        for shape in [WindowShape.tumbling(10), .sliding(30, step: 10), .session(gap: 5, most: 50)] {
            var windows = StreamWindows(shape, sum, lateness: 20, limit: 20), random = SplitMix(seed: 5), told = 0
            for event in 0..<5000 {
                told += windows.on("k\(random.below(200))", at: Int64(event - random.below(60)), [1]).count
                told += windows.advance(to: Int64(event - 30)).count
                #expect(windows.paneCount <= 20)
            }
            #expect(windows.forced > 100 && told > 1000)
        }
    }

    @Test func `the state keeps to the contract of states`() {
        for shape in [WindowShape.tumbling(10, offset: 3), .sliding(30, step: 10), .session(gap: 5, most: 50)] {
            var windows = StreamWindows(shape, sum + [Aggregate(.deviation, of: 1)], lateness: 10, limit: 40), random = SplitMix(seed: 5)
            for event in 0..<200 {
                _ = windows.on("k\(random.below(5))", at: Int64(event), [1, random.unit()])
                _ = windows.advance(to: Int64(event - 20))
            }
            let violation = StateContract.violation(of: windows) { windows in
                for event in 0..<50 {
                    _ = windows.on("k\(event % 7)", at: Int64(event * 9), [Double](repeating: 1, count: 4096))
                    _ = windows.advance(to: Int64(event * 8))
                }
                _ = windows.finish()
            }
            #expect(violation == nil)
        }
    }
}
