import Engine
import Foundation
import Learning
import Testing

@Suite("Boosted trees") struct BoostedTreesTests {
    private func table(_ rows: Int, _ columns: Int, seed: UInt64) -> SampleMatrix {
        var generator = SplitMix(seed: seed)
        return try! SampleMatrix(rows: rows, columns: columns, (0..<rows * columns).map { _ in Float(generator.unit()) })
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    /// Gradients are kept in f32, so answers are whole numbers but for its last digits.
    private func near(_ answers: SampleMatrix, _ expected: [Float]) -> Bool {
        answers.values.count == expected.count && zip(answers.values, expected).allSatisfy { ($0 - $1).magnitude < 1e-5 }
    }

    @Test func `one tree of two leaves splits where the squared error falls most`() throws {
        let samples = try SampleMatrix([[1], [2], [3], [10], [11], [12]]), targets = SampleMatrix(column: [0, 0, 0, 6, 6, 12])
        var model = BoostedTreesRegressor(.init(rounds: 1, rate: 1, leaves: 2, leastSamples: 1))
        try model.fit(samples, targets)
        // Splits after 3: errors 0 + 24; after 11: 0 + 36 …; the leaves answer their means.
        #expect(try model.predict(samples).values == [0, 0, 0, 8, 8, 8])
        // The edge lies in the middle of the gap, and infinities are values.
        #expect(try model.predict(SampleMatrix([[6.5], [6.6], [-.infinity], [.infinity]])).values == [0, 8, 0, 8])
        #expect(model.trees.importance == [1])
        // λ draws the leaves to the mean: 4 ± 12 / (3 + 3).
        var drawn = BoostedTreesRegressor(.init(rounds: 1, rate: 1, leaves: 2, leastSamples: 1, ridge: 3))
        try drawn.fit(samples, targets)
        #expect(try drawn.predict(samples).values == [2, 2, 2, 6, 6, 6])
    }

    @Test func `missing values go to the side that saves more`() throws {
        let nan = Float.nan
        for (targets, answer) in [([0, 0, 1, 1, 1], Float(1)), ([0, 0, 1, 1, 0], 0)] as [([Float], Float)] {
            var model = BoostedTreesRegressor(.init(rounds: 1, rate: 1, leaves: 2, leastSamples: 1))
            let samples = try SampleMatrix([[1], [2], [3], [4], [nan]])
            try model.fit(samples, SampleMatrix(column: targets))
            #expect(try near(model.predict(SampleMatrix([[nan], [1], [4]])), [answer, 0, 1]))
        }
        // A column where nothing but missing against present tells the classes apart.
        var model = BoostedTreesRegressor(.init(rounds: 1, rate: 1, leaves: 2, leastSamples: 1))
        try model.fit(SampleMatrix([[1], [2], [nan], [nan]]), SampleMatrix(column: [1, 1, 0, 0]))
        #expect(try model.predict(SampleMatrix([[nan], [1], [9]])).values == [0, 1, 1])
    }

    @Test func `categories are split into sets, unknown ones go with the missing`() throws {
        // Categories 0, 2, 4, … answer 1, the others 0: one split of sets, many of numbers.
        let samples = SampleMatrix(column: (0..<200).map { Float($0 % 10) }),
            targets = SampleMatrix(column: (0..<200).map { $0 % 2 == 0 ? 1 : 0 })
        var model = BoostedTreesRegressor(.init(rounds: 1, rate: 1, leaves: 2, leastSamples: 5, categorical: [0]))
        try model.fit(samples, targets)
        #expect(try near(model.predict(samples), targets.values))
        let unknown = try model.predict(SampleMatrix([[77], [.nan]])).values
        #expect(unknown[0] == unknown[1])
    }

    @Test func `a monotone column never turns`() throws {
        var generator = SplitMix(seed: 3)
        let samples = table(600, 2, seed: 1)
        let targets = SampleMatrix(column: (0..<600).map { samples[$0, 0] + Float(generator.unit()) * 2 + samples[$0, 1] })
        for direction in [1, -1] {
            var model = BoostedTreesRegressor(.init(rounds: 60, leastSamples: 5, monotone: [0: direction]))
            try model.fit(samples, targets)
            for other in [Float(0.1), 0.5, 0.9] {
                let line = try model.predict(SampleMatrix((0...200).map { [Float($0) / 200, other] })).values
                #expect(zip(line, line.dropFirst()).allSatisfy { Float(direction) * ($1 - $0) >= -1e-6 })
                if direction == 1 { #expect(line.last! - line.first! > 0.5) }
            }
        }
    }

    @Test func `the training loss falls round by round and classes are learned`() throws {
        let samples = table(1_500, 3, seed: 7)
        let labels = (0..<1_500).map { row in samples[row, 0] > 0.66 ? 2 : samples[row, 1] > samples[row, 0] ? 1 : 0 }
        var model = BoostedTreesClassifier(.init(rounds: 40))
        try model.fit(samples, labels)
        #expect(zip(model.trees.curve, model.trees.curve.dropFirst()).allSatisfy { $0 > $1 })
        #expect(try Accuracy().value(model.predict(samples), labels) > 0.99)
        let probabilities = try model.predictProbabilities(samples)
        #expect((0..<1_500).allSatisfy { (probabilities.row($0).reduce(0, +) - 1).magnitude < 1e-5 })
        #expect(model.trees.importance[2] < 0.05 && model.trees.outputs == 3 && model.trees.rounds == 40)
        let test = table(500, 3, seed: 8)
        let truth = (0..<500).map { row in test[row, 0] > 0.66 ? 2 : test[row, 1] > test[row, 0] ? 1 : 0 }
        #expect(try Accuracy().value(model.predict(test), truth) > 0.95)
    }

    @Test func `a validation part ends the fit at its best round`() throws {
        var generator = SplitMix(seed: 2)
        let samples = table(400, 4, seed: 5), held = table(400, 4, seed: 6)
        func labels(_ samples: SampleMatrix) -> [Int] { (0..<400).map { (samples[$0, 0] + Float(generator.unit()) > 1 ? 1 : 0) } }
        let known = labels(samples), hidden = labels(held)
        var model = BoostedTreesClassifier(.init(rounds: 300, patience: 7))
        try model.fit(samples, known, validation: (held, hidden))
        let curve = model.trees.validationCurve, best = curve.firstIndex(of: curve.min()!)! + 1
        #expect(model.trees.rounds == best && curve.count == best + 7)
        let loss = try BinaryLogLoss().value(model.predictProbabilities(held).column(1).map(Double.init), hidden)
        #expect((loss - curve.min()!).magnitude < 1e-5)
    }

    @Test func `shares of samples and columns are drawn by seed; weights count`() throws {
        let samples = table(500, 6, seed: 4), targets = SampleMatrix(column: (0..<500).map { samples[$0, 2] * 3 + samples[$0, 4] })
        func fitted(_ seed: UInt64) throws -> [Float] {
            var model = BoostedTreesRegressor(.init(rounds: 30, sampleShare: 0.5, columnShare: 0.5, seed: seed))
            try model.fit(samples, targets)
            return try model.predict(samples).values
        }
        #expect(try fitted(1) == fitted(1))
        #expect(try fitted(1) != fitted(2))
        #expect(try R2().value(fitted(1).map(Double.init), targets.values.map(Double.init)) > 0.9)
        // A weight of 0 is as good as no sample, for the values.
        var model = BoostedTreesRegressor(.init(rounds: 1, rate: 1, leaves: 2, leastSamples: 1))
        try model.fit(SampleMatrix([[1], [1], [2], [2]]), SampleMatrix(column: [0, 8, 4, 4]), weights: [1, 0, 1, 1], validation: nil)
        #expect(try near(model.predict(SampleMatrix([[1], [2]])), [0, 4]))
    }

    @Test(arguments: [1, 2, 3]) func `as a graph the trees answer as they do by themselves`(classes: Int) throws {
        var rows = table(600, 4, seed: 11).values
        for place in stride(from: 5, to: rows.count, by: 17) { rows[place] = .nan }
        let samples = try SampleMatrix(rows: 600, columns: 4, rows)
        let marks = (0..<600).map { row in (samples[row, 1].isNaN || samples[row, 1] > 0.7 ? 1 : 0) + (samples[row, 2] > 0.5 ? 1 : 0) }
        var trees = BoostedTrees(.init(rounds: 12))
        try trees.fit(
            samples, SampleMatrix(column: marks.map { Float(classes == 2 ? min($0, 1) : $0) }),
            loss: classes == 1 ? .squared : classes == 2 ? .logistic : .softmax)
        rows[0] = .infinity
        rows[1] = -.infinity
        let unseen = try SampleMatrix(rows: 600, columns: 4, rows), wanted = try trees.predict(unseen)
        for kernels in [Engine.Program.Options.Kernels.portable, .preferred] {
            let input = Tensor.input("samples", [600, 4])
            let session = try Session(Program(inputs: [input], outputs: [trees.graph(input)], options: .init(kernels: kernels)))
            let found = session.run([Tensor(rows, [600, 4])])[0]
            #expect(found.shape == [600, wanted.columns])
            #expect(near(wanted, found.values(Float.self)))
        }
        #expect(message { _ = try trees.graph(Tensor.input("samples", [600, 5])) }.contains("not fitted to samples f32[600,5]"))
    }

    @Test func `a model is read back as it was written, and a hostile one is refused`() throws {
        let samples = table(300, 3, seed: 9), labels = (0..<300).map { samples[$0, 0] > 0.5 ? 1 : 0 }
        var model = BoostedTreesClassifier(.init(rounds: 5, categorical: []))
        try model.fit(samples, labels)
        let data = try JSONEncoder().encode(model), again = try JSONDecoder().decode(BoostedTreesClassifier.self, from: data)
        #expect(try again.predictProbabilities(samples) == model.predictProbabilities(samples))
        var generator = SplitMix(seed: 1), refused = 0
        for _ in 0..<300 {
            var bytes = data
            for _ in 0..<3 { bytes[generator.below(bytes.count)] = UInt8(ascii: "0") + UInt8(generator.below(10)) }
            guard let other = try? JSONDecoder().decode(BoostedTreesClassifier.self, from: bytes) else { refused += 1; continue }
            _ = try? other.predictProbabilities(samples)
        }
        #expect(refused > 50)
    }

    @Test func `mistakes are refused in words`() throws {
        let samples = table(10, 2, seed: 1), targets = SampleMatrix(column: Array(repeating: 1, count: 10))
        func fit(_ options: BoostedTrees.Options) -> String {
            message {
                var model = BoostedTreesRegressor(options)
                try model.fit(samples, targets)
            }
        }
        #expect(fit(.init(bins: 256)) == "boostedTrees: 256 bins; it takes 2 to 255")
        #expect(fit(.init(categorical: [2])) == "boostedTrees: there is no column 2 of 2")
        #expect(fit(.init(monotone: [0: 3])) == "boostedTrees: column 0 is monotone in direction 3; it takes 1 and -1")
        #expect(message { _ = try BoostedTreesRegressor().predict(samples) } == "boostedTrees: the model is not fitted")
        #expect(
            message {
                var model = BoostedTreesClassifier(); try model.fit(samples, [1])
            } == "boostedTrees: 10 samples and 1 labels")
        #expect(
            message {
                var model = BoostedTreesRegressor(); try model.fit(samples, SampleMatrix(column: Array(repeating: .nan, count: 10)))
            }
                == "boostedTrees targets: row 0, column 0 is nan")
        // All targets alike: nothing to split, nothing to divide by.
        var model = BoostedTreesRegressor()
        try model.fit(samples, targets)
        #expect(try model.predict(samples).values == targets.values)
    }
}
