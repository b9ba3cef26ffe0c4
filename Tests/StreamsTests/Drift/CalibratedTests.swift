import Foundation
import Learning
import Streams
import Testing

/// Numbers of a normal distribution by the method of Box and Muller.
struct Normal {
    var random: SplitMix
    init(seed: UInt64) { random = SplitMix(seed: seed) }
    mutating func error(_ rate: Double) -> Double { random.unit() < rate ? 1 : 0 }
    mutating func next() -> Double { (-2 * log(1 - random.unit())).squareRoot() * cos(2 * Double.pi * random.unit()) }
}

@Suite struct CalibratedTests {
    /// Alarms among calm events after the reference.
    private func alarms(_ detector: Calibrated, events: Int, _ value: () -> Double) -> Int {
        var detector = detector
        return (0..<events).count { _ in detector.on(value()) == .drift }
    }

    @Test func `false alarms keep to the stated rate on calm streams of several shapes`() {
        var normal = Normal(seed: 1)
        var smooth = 0.0
        let shapes: [(String, Bool, () -> Double)] = [
            ("normal", false, { normal.next() }),
            ("uniform", false, { normal.random.unit() }),
            ("heavy-tailed", false, { normal.next() / max(0.2, abs(normal.next())) }),
            ("skewed", false, { -log(1 - normal.random.unit()) }),
            ("errors", true, { normal.random.unit() < 0.1 ? 1 : 0 }),
            (
                "correlated", false,
                {
                    smooth = 0.6 * smooth + normal.next()
                    return smooth
                }
            ),
        ]
        for (name, answers, value) in shapes {
            let found = (0..<8).reduce(0) {
                $0 + alarms(Calibrated(falseAlarms: 1e-3, answers: answers, after: .keepReference, seed: UInt64($1)), events: 7000, value)
            }
            #expect(found <= 50, "\(name): \(found) alarms in 40,000 calm events at a rate of 1e-3")
        }
    }

    @Test func `shifts, spreads and rates are found soon`() {
        /// The delays in nine streams, sorted; 1000 for a stream with a false alarm or without a report.
        func delays(answers: Bool = false, before: (inout Normal) -> Double, after: (inout Normal) -> Double) -> [Int] {
            (0..<9).map { seed in
                var normal = Normal(seed: UInt64(seed) + 20), detector = Calibrated(answers: answers)
                for _ in 0..<2500 where detector.on(before(&normal)) == .drift { return 1000 }
                return (0..<1000).first { _ in detector.on(after(&normal)) == .drift } ?? 1000
            }.sorted()
        }
        let shift = delays(before: { $0.next() }, after: { $0.next() + 1 })
        let spread = delays(before: { $0.next() }, after: { 2 * $0.next() })
        let calm = delays(before: { $0.next() }, after: { 0.4 * $0.next() })
        let errors = delays(answers: true, before: { $0.error(0.1) }, after: { $0.error(0.3) })
        for (name, found, limit) in [("shift", shift, 30), ("spread", spread, 30), ("calm", calm, 40), ("errors", errors, 80)] {
            #expect(found[4] < limit && found[7] < 1000, "\(name): \(found)")
        }
    }

    @Test func `a coarse unit passes over what wanders and finds what jumps`() {
        var normal = Normal(seed: 12), level = 0.0
        var detector = Calibrated(spread: false, unit: 20)
        var alarms: [Int] = []
        for event in 0..<9000 {
            level = 0.999 * level + 0.01 * normal.next()
            if detector.on(level + normal.next() + (event >= 8000 ? 20 : 0)) == .drift { alarms.append(event) }
        }
        #expect((8000..<8006).contains(alarms.first ?? 0), "\(alarms)")
    }

    @Test func `a category that becomes frequent is named`() {
        var random = SplitMix(seed: 4)
        var detector = CategoryDrift(categories: 5, referenceLength: 1000)
        var found: Int?
        for event in 0..<5000 {
            let rare = event < 3000 ? 0.05 : 0.3
            let state = detector.on(random.unit() < rare ? 3 : [0, 1, 2, 4][random.below(4)])
            if state == .drift {
                found = event
                break
            }
        }
        #expect((3000..<3100).contains(found ?? 0), "\(found ?? -1)")
        #expect(detector.changed == 3)
    }

    @Test func `an embedding that stays is left alone`() {
        var alarms = 0
        for seed in 0..<6 {
            var normal = Normal(seed: UInt64(seed) + 50)
            var detector = EmbeddingDrift(width: 16, directions: 8, referenceLength: 500, after: .keepReference, seed: UInt64(seed))
            for _ in 0..<3500 where detector.on((0..<16).map { _ in Float(normal.next()) }) == .drift { alarms += 1 }
        }
        #expect(alarms <= 5, "\(alarms) alarms in 18,000 calm events at a rate of 1e-4")
    }

    @Test func `an embedding that moves or spreads is found`() {
        for spread in [false, true] {
            var normal = Normal(seed: 8)
            var detector = EmbeddingDrift(width: 64, seed: 2)
            let found = (0..<4000).first { event in
                let moved = event >= 3000
                return detector.on(
                    (0..<64).map { Float(normal.next() * (moved && spread ? 1.5 : 1) + (moved && !spread && $0 < 32 ? 0.8 : 0)) }) == .drift
            }
            #expect((3000..<3120).contains(found ?? 0), "\(found ?? -1)")
        }
    }

    @Test func `of several columns the one that changed is named, and the level is shared`() {
        var normal = Normal(seed: 6)
        var detector = FeatureDrift(columns: 4, level: 1e-4) { Calibrated(falseAlarms: $0, referenceLength: 500) }
        var found: Int?
        for event in 0..<2200 {
            if detector.on((0..<4).map { normal.next() + ($0 == 2 && event >= 2000 ? 2 : 0) }) == .drift {
                found = event
                break
            }
        }
        #expect((2000..<2040).contains(found ?? 0))
        #expect(detector.changed == [2])
        var levels: [Double] = []
        _ = FeatureDrift(columns: 5, level: 0.01) { level -> ADWIN in
            levels.append(level)
            return ADWIN(delta: level)
        }
        #expect(levels == Array(repeating: 0.002, count: 5))
    }

    @Test func `the chosen setting of another detector is the most sensitive that keeps the rate`() {
        var normal = Normal(seed: 7)
        let calm = (0..<2000).map { _ in normal.next() }
        let settings = [100.0, 60, 40, 30, 20, 10, 5, 2]
        let chosen = Sensitivity.choose(from: settings, reference: calm, falseAlarms: 1e-3, events: 40_000) {
            PageHinkley(threshold: $0, tolerance: 0.1)
        }
        #expect(chosen != nil && chosen! < 60 && chosen! > 5, "\(chosen ?? -1)")
        #expect(Sensitivity.choose(from: [0.01], reference: calm, falseAlarms: 1e-4, events: 10_000) { PageHinkley(threshold: $0) } == nil)
    }
}

@Suite struct DriftScoreTests {
    @Test func `delays and false alarms are counted beside always and never`() {
        let score = DriftScore(alarms: [5, 120, 205, 210, 290, 410], changes: [200, 400, 500], events: 600, horizon: 50, from: 100)
        #expect(score.delays == [5, 10])
        #expect(score.changes == 3 && score.found == 2)
        #expect(score.falseAlarms == 2)  // 120 and 290; the second report of a change is none
        #expect(score.calmEvents == 100 + 150 + 50 + 50)
        #expect(score.meanDelay == 65.0 / 3)
        #expect(score.always.meanDelay == 0 && score.always.falseAlarmsPer10000 == 10_000)
        #expect(score.never.meanDelay == 50 && score.never.falseAlarms == 0)
        #expect((score + score).delays == [5, 5, 10, 10])
    }
}
