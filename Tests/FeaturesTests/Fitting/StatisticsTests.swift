import TestSupport
import Testing

@testable import Features

@Suite("What steps learn") struct StatisticsTests {
    @Test func `moments keep their digits far from zero and in any number`() {
        var moments = Moments()
        for index in 0..<1_000_000 { moments.add(1e9 + Double(index % 10)) }
        #expect(moments.mean == 1e9 + 4.5)
        #expect(moments.variance == 8.25)
        #expect(moments.minimum == 1e9 && moments.maximum == 1e9 + 9)
        moments.add(.nan)
        moments.add(.infinity)
        #expect(moments.count == 1_000_000)
        var one = Moments()
        one.add(0.1)
        #expect(one.mean == 0.1 && one.variance == 0)
    }

    @Test func `quantiles counted in passes are those of sorted numbers`() {
        var random = SeededRandom(seed: 3)
        for count in [1, 2, 5, 1000, 20_000] {
            let values = (0..<count).map { _ in
                random.chance(0.1) ? random.pick([0, -0.0, 0x1p-1060, -1e300, 5]) : (random.uniform() - 0.5) * 1e6
            }
            let quantiles = [0, 0.01, 0.25, 0.5, 0.77, 1]
            var sorting = QuantileFinder(quantiles), counting = QuantileFinder(quantiles, limit: 0)
            for value in values { sorting.add(value) }
            let wanted = sorting.finish()
            var found: [Double]?, passes = 0
            while found == nil, passes < 9 {
                for value in values { counting.add(value) }
                found = counting.finish()
                passes += 1
            }
            #expect(passes == 4)
            #expect(found == wanted)
        }
        var none = QuantileFinder([0.5])
        #expect(none.finish()?.first?.isNaN == true)
    }

    @Test func `a constant column is neither divided by zero nor by its rounding`() throws {
        let frame = try Frame(["x": Column([Double](repeating: 0.1, count: 1000))])
        for scale in [FeatureStep.Scaling.standard, .minMax, .robust] {
            let set = try FeatureDefinition(inputs: [InputGroup("x", ["x"], [.scale(scale)])]).fit(frame).transform(frame)
            #expect(set.inputs[0].values.floats?.allSatisfy { $0 == 0 } == true)
        }
    }

    @Test func `what cannot be learned is said`() throws {
        let frame = try Frame(["x": Column([nil, nil] as [Double?]), "y": Column([1e200, -1e200])])
        func fit(_ column: String, _ step: FeatureStep) throws {
            _ = try FeatureDefinition(inputs: [InputGroup("n", [column], [step])]).fit(frame)
        }
        #expect(throws: FeatureError("fit", "the column has no value to learn its mean from", at: "x")) { try fit("x", .impute(.mean)) }
        #expect(throws: FeatureError("fit", "the column has no value to learn its range from", at: "x")) { try fit("x", .scale(.minMax)) }
        #expect(throws: FeatureError("fit", "principal components need two rows without a missing value, there are 0")) {
            try fit("x", .pca(.count(1)))
        }
        #expect(throws: FeatureError("fit", "the column's numbers are too large for their spread to be computed: clip them", at: "y")) {
            try fit("y", .scale(.standard))
        }
    }

    @Test func `text becomes tokens of a learned vocabulary`() throws {
        let frame = try Frame(["t": Column(["The pump is hot, the pump!", "Hot hot", nil, "cold?"])])
        let definition = FeatureDefinition(inputs: [InputGroup("t", ["t"], [.tokens(.word, length: 6, vocabulary: 4)])])
        let fitted = try definition.fit(frame)
        // By count, then by name: hot 3, pump 2, the 2, ! 1.
        #expect(fitted.inputs[0].classes == 6)
        #expect(
            try fitted.transform(frame).inputs[0].values == .int([4, 3, 1, 2, 1, 4, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0]))
    }

    @Test func `categories become ones or numbers, what was not seen has its place`() throws {
        let frame = try Frame(["k": Column(["b", "a", "b", "c"])]), other = try Frame(["k": Column(["a", nil, "z", "b"])])
        let one = try FeatureDefinition(inputs: [InputGroup("k", ["k"], [.oneHot(limit: 2, other: true)])]).fit(frame)
        #expect(one.inputs[0].columns == ["k=a", "k=b", "k=other"])
        #expect(try one.transform(other).inputs[0].values == .float([1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0]))
        let number = try FeatureDefinition(inputs: [InputGroup("k", ["k"], [.ordinal()])]).fit(frame)
        #expect(try number.transform(other).inputs[0].values == .int([1, 0, 0, 2]))
        #expect(number.inputs[0].classes == 4)
        let hashed = try FeatureDefinition(inputs: [InputGroup("k", ["k"], [.hash(buckets: 1000)])]).fit(frame)
        let buckets = try #require(try hashed.transform(other).inputs[0].values.ints)
        #expect(buckets[1] == 0 && buckets[0] != buckets[3] && buckets.allSatisfy { (0...1000).contains($0) })
    }
}
