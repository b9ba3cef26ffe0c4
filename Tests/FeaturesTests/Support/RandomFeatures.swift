import TestSupport

@testable import Features

/// Random tables and definitions for them, hostile in all the ways data is: nulls, ties, gaps, infinities, entities of few rows.
struct RandomFeatures {
    private var random: SeededRandom
    private let usesNumericOrder: Bool
    private let hasOrder: Bool
    private let hasEntity: Bool

    init(_ seed: Int) {
        random = SeededRandom(seed: seed)
        hasOrder = random.chance(0.85)
        usesNumericOrder = random.chance(0.3)
        hasEntity = random.chance(0.8)
    }

    mutating func frame(rows: Int) throws -> Frame {
        let entities = 1 + random.below(6)
        var clock: Int64 = 1_600_000_000_000_000 + Int64(random.below(1_000_000)) * 1_000_000
        var a: [Double?] = [], b: [Float?] = [], c: [Int?] = [], on: [Bool?] = [], kind: [String?] = [], text: [String?] = []
        var machine: [String] = [], site: [Int] = [], time: [Int64] = [], cycle: [Int] = [], y: [Double?] = []
        for row in 0..<rows {
            switch random.below(10) {
            case 0: clock += 7_200_000_000
            case 1, 2: break
            default: clock += Int64(random.below(600)) * 1_000_000
            }
            time.append(clock)
            cycle.append(Int((clock - 1_600_000_000_000_000) / 60_000_000))
            a.append(
                random.chance(0.15)
                    ? nil : random.pick([0, -0.0, .nan, .infinity, 1e100, random.uniform(), random.uniform() * 1e6 - 5e5, 3]))
            b.append(random.chance(0.15) ? nil : Float(random.uniform() * 100))
            c.append(random.chance(0.1) ? nil : random.below(5) - 2)
            on.append(random.chance(0.1) ? nil : random.chance(0.5))
            kind.append(random.chance(0.1) ? nil : random.pick(["L", "M", "H", "\u{e9}t\u{e9}", ""]))
            text.append(random.chance(0.1) ? nil : random.pick(["Pump 3 is hot!", "it's fine", "", "  ", "泵 很热", "Überlauf überall"]))
            machine.append("m\(random.below(entities))")
            site.append(random.below(2))
            y.append(random.chance(0.1) ? nil : Double(row))
        }
        return try Frame([
            "a": Column(a), "b": Column(b), "c": Column(c), "on": Column(on), "kind": Column(kind), "text": Column(text),
            "machine": Column(machine), "site": Column(site), "time": Column(timestamps: time), "cycle": Column(cycle), "y": Column(y),
        ])
    }

    mutating func definition() -> FeatureDefinition {
        var derived: [DerivedColumn] = [], numbers = ["a", "b", "c", "on"]
        for index in 0..<random.below(6) {
            let name = "d\(index)", of = random.pick(numbers)
            switch random.below(7) {
            case 0:
                derived.append(
                    DerivedColumn(
                        name, .expression(random.pick(["a * b + c", "b / c", "log1p(abs(b)) ^ 2 - min(c, 1)", "sqrt(c)", "-b ^ 2"]))))
            case 1: derived.append(DerivedColumn(name, .lag(1 + random.below(4)), of: of))
            case 2: derived.append(DerivedColumn(name, .difference(1 + random.below(3)), of: of))
            case 3: derived.append(DerivedColumn(name, .average(0.01 + random.uniform() * 0.9), of: of))
            case 4:
                derived.append(
                    DerivedColumn(
                        name,
                        .calendar(
                            random.pick([.hour, .weekday, .month]), wave: random.pick([nil, .sine, .cosine]), offset: 3_600_000_000),
                        of: "time"))
            default:
                let statistic = random.pick(DerivedColumn.Statistic.allCases)
                if hasOrder, !usesNumericOrder, random.chance(0.5) {
                    let limit = 1 + random.below(6)
                    derived.append(
                        DerivedColumn(
                            name, .rolling(statistic, over: .time(Int64(1 + random.below(1200)) * 1_000_000), minimum: 1, limit: limit),
                            of: of))
                } else {
                    let length = 1 + random.below(6)
                    derived.append(
                        DerivedColumn(name, .rolling(statistic, over: .steps(length), minimum: 1 + random.below(length)), of: of))
                }
            }
            numbers.append(name)
        }
        let missing = random.pick(FeatureDefinition.Missing.allCases.filter { $0 != .refuse })
        var inputs: [InputGroup] = []
        for index in 0..<1 + random.below(3) {
            var steps: [FeatureStep] = []
            if random.chance(0.4) { steps.append(.impute(.previous)) }
            if random.chance(0.6) { steps.append(.impute(random.pick([.mean, .median, .constant(-1)]))) }
            if random.chance(0.3) {
                steps.append(random.pick([.clip(low: -10, high: nil), .clip(low: 0, high: 50), .clipQuantiles(0.1, 0.9)]))
            }
            if random.chance(0.7) { steps.append(.scale(random.pick(FeatureStep.Scaling.allCases))) }
            if random.chance(0.2) { steps.append(.select(1 + random.below(3))) }
            if random.chance(0.2), steps.contains(.impute(.constant(-1))) {
                steps.append(.pca(.count(1 + random.below(3)), whiten: random.chance(0.5)))
            }
            // Not-a-number minus infinity and the like are what a column without any value gives: "c" and "b" always have some.
            inputs.append(
                InputGroup(
                    "n\(index)", ["b", "c"] + (0..<random.below(4)).map { _ in random.pick(["a", "b", "on"]) }, steps,
                    isWindowed: random.chance(0.7)))
        }
        if !derived.isEmpty {
            inputs.append(
                InputGroup("derived", ["d*"], random.chance(0.5) ? [.impute(.constant(0))] : [.impute(.previous), .impute(.constant(2))]))
        }
        let encoders: [FeatureStep] = [
            .oneHot(limit: 3, other: random.chance(0.5)), .ordinal(), .hash(buckets: 7), .tokens(.word, length: 5, vocabulary: 8),
            .tokens(.character, length: 9, minimum: 2),
        ]
        for index in 0..<random.below(3) {
            inputs.append(
                InputGroup(
                    "s\(index)", random.pick([["kind"], ["text"], ["kind", "c"], ["on", "kind"]]), [random.pick(encoders)],
                    isWindowed: random.chance(0.5)))
        }
        let order: String? = hasOrder ? usesNumericOrder ? "cycle" : "time" : nil
        let gap: FeatureSpan? = hasOrder && random.chance(0.5) ? usesNumericOrder ? .steps(100) : .time(3_600_000_000) : nil
        return FeatureDefinition(
            entity: hasEntity ? random.pick([["machine"], ["machine", "site"]]) : [], order: order, gap: gap, derived: derived,
            inputs: inputs,
            missing: missing,
            window: random.chance(0.6)
                ? WindowDefinition(length: 1 + random.below(5), stride: 1 + random.below(3), pads: random.chance(0.4)) : nil,
            target: TargetDefinition("y", cap: 20))
    }
}
