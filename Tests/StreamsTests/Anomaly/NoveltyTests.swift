import Learning
import Streams
import TestKit
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct NoveltyTests {
    /// A wave of 40 values with a little noise.
    static func wave(_ count: Int, seed: UInt64 = 1) -> [Double] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { sin(2 * Double.pi * Double($0) / 40) + 0.1 * random.unit() }
    }

    @Test func `the distance is that of a search through the whole past while nothing is forgotten`() {
        var novelty = WindowNovelty(length: 5, spacing: 2, capacity: 1000)
        let values = Self.wave(400)
        let means = values.indices.map { $0 == 0 ? values[0] : (values[$0] + values[$0 - 1]) / 2 }
        var compared = 0
        for now in values.indices {
            let found = novelty.on(values[now])
            let earlier = now - 50 < 8 ? [] : Array(8...now - 50)
            guard !earlier.isEmpty else {
                #expect(found == nil)
                continue
            }
            let distances = earlier.map { place in
                ((0..<5).reduce(0) { $0 + (means[now - 2 * $1] - means[place - 2 * $1]) * (means[now - 2 * $1] - means[place - 2 * $1]) }
                    / 5)
                    .squareRoot()
            }
            #expect(abs(found! - distances.min()!) < 1e-12)
            compared += 1
        }
        #expect(compared == 342)
    }

    @Test func `memory stays within its limit and covers the whole past`() {
        var novelty = WindowNovelty(length: 4, capacity: 64)
        var distances: [Double] = []
        for value in Self.wave(5000) { distances.append(novelty.on(value) ?? 0) }
        #expect(novelty.stateBytes.count < novelty.memoryLimit + 200)
        #expect(distances[200...].max()! < 0.6, "the wave is known")
        let unknown = (0..<4).map { novelty.on(Double($0 % 2 == 0 ? 3 : -3)) ?? 0 }
        #expect(unknown.last! > 2)
    }

    @Test func `a flat piece in a wave is alarmed, the wave is not`() {
        var values = Self.wave(3000)
        for place in 2000..<2040 { values[place] = 0.05 }
        var scorer = NoveltyScorer(warmUp: 400, scales: [WindowNovelty(length: 1), WindowNovelty(length: 16)])
        var alarm = Refractory(threshold: 0.7, rest: 100)
        let alarms = values.indices.filter { alarm.on(scorer.on(values[$0])) }
        #expect(alarms.count == 1 && (2000..<2056).contains(alarms[0]), "\(alarms)")
    }

    @Test func `scores do not depend on the unit, and bad values are passed over`() {
        var one = NoveltyScorer(warmUp: 200), other = NoveltyScorer(warmUp: 200)
        var largest = 0.0
        for value in Self.wave(1200) {
            largest = max(largest, abs(one.on(value) - other.on(1024 * value)))
            #expect(one.on(.nan) == 0 && one.on(.infinity) == 0)
        }
        #expect(largest < 1e-9 && one.refused == 2400)
    }

    @Test func `a scorer that was saved goes on as if it had not been`() throws {
        var scorer = NoveltyScorer(warmUp: 300)
        for value in Self.wave(900) { _ = scorer.on(value) }
        var back = try NoveltyScorer(stateBytes: scorer.stateBytes)
        for value in Self.wave(400, seed: 2) { #expect(scorer.on(value) == back.on(value)) }
        #expect(scorer.stateDigest == back.stateDigest)
    }

    @Test func `states keep to the contract`() {
        var scorer = NoveltyScorer(
            warmUp: 50, scales: [WindowNovelty(length: 3, spacing: 2, capacity: 8), WindowNovelty(length: 1, capacity: 8)])
        for value in Self.wave(300) { _ = scorer.on(value) }
        #expect(StateContract.violation(of: scorer) { for value in Self.wave(20) { _ = $0.on(value) } } == nil)
        var alarm = Refractory(threshold: 1, rest: 5)
        _ = alarm.on(2)
        #expect(StateContract.violation(of: alarm) { _ = $0.on(3) } == nil)
    }
}
