import Learning
import Testing

@Suite("Metrics") struct MetricTests {
    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    @Test func `what cannot be measured is refused in words`() {
        #expect(message { _ = try Accuracy().value([1], [1, 0]) } == "accuracy: 1 predictions for 2 targets")
        #expect(message { _ = try Accuracy().value([], []) } == "accuracy: there are no samples")
        #expect(
            message { _ = try ROCAUC().value([0.5, 0.6], [1, 1]) }
                == "roc_auc: undefined over 2 samples: it takes a positive and a negative sample")
        #expect(message { _ = try ROCAUC().value([0.5, .nan], [1, 0]) } == "roc_auc: a score is not a number")
        #expect(message { _ = try ROCAUC().value([0.5, 1], [1, 2]) } == "roc_auc: a label is 2; it takes 0 and 1")
        #expect(message { _ = try F1(.macro).value([-1], [0]) } == "f1_macro: a label is -1; labels are 0 ..< 1048576")
        #expect(message { _ = try LogLoss().value([[0.5, 0.5]], [2]) } == "log_loss: a label is 2, and there are scores of 2 classes")
        #expect(message { _ = try MeanSquaredError().value([.infinity], [1]) } == "mse: a prediction is inf")
        #expect(message { _ = try R2().value([1, 2], [3, 3]) } == "r2: undefined over 2 samples: all targets are equal")
        #expect(message { _ = try EntityF1().value([["X"]], [["O"]]) } == "entities: a tag is 'X'; it starts with one of BIESO")
        #expect(message { _ = try BLEU().value(["a"], [[]]) } == "bleu: a text has no reference")
        #expect(
            message { _ = try OverRows(MeanSquaredError()).value([[1]], [[1, 2]]) } == "mse: a row of 1 predictions for one of 2 targets")
        #expect(message { _ = try Accuracy().value([1, 1], [1, 0], weights: [1, -1]) } == "accuracy: a weight is negative or not finite")
    }

    @Test func `sums of parts merge into those of the whole`() throws {
        var generator = SplitMix(seed: 4)
        let targets = (0..<300).map { _ in generator.below(5) }
        let predictions = targets.map { generator.unit() < 0.7 ? $0 : generator.below(6) }
        var left = MetricSums(F1(.macro)), right = MetricSums(F1(.macro))
        try left.add(Array(predictions[..<100]), Array(targets[..<100]))
        try right.add(Array(predictions[100...]), Array(targets[100...]))
        left.merge(right)
        #expect(left.count == 300)
        #expect(try left.value() == F1(.macro).value(predictions, targets))

        let numbers = targets.map { 1e6 + Double($0) }, guesses = predictions.map { 1e6 + Double($0) }
        var whole = RegressionSums(), parts = [RegressionSums(), RegressionSums()]
        for index in targets.indices {
            whole.add(guesses[index], numbers[index])
            parts[index < 37 ? 0 : 1].add(guesses[index], numbers[index])
        }
        parts[0].merge(parts[1])
        let r2 = try R2().value(guesses, numbers)
        #expect((whole.r2 - r2).magnitude < 1e-9 && (parts[0].r2 - r2).magnitude < 1e-9)
    }

    @Test func `a confusion matrix counts, merges and answers every metric of labels`() throws {
        let targets = [0, 0, 1, 1, 2, 2, 2], predictions = [0, 1, 1, 1, 2, 0, 2]
        var matrix = try ConfusionMatrix(predictions, targets)
        #expect(matrix.counts == [1, 1, 0, 0, 2, 0, 1, 0, 2])
        #expect(try matrix.value(F1(.weighted)) == F1(.weighted).value(predictions, targets))
        #expect(matrix.description == "   0 1 2\n 0 1 1 0\n 1 0 2 0\n 2 1 0 2")
        try matrix.merge(matrix)
        #expect(matrix[2, 0] == 2)
        #expect(throws: LearningError("confusionMatrix", "a label is 3 of 3 classes")) { try matrix.add(3, 0) }
    }

    @Test func `the bootstrap is a function of its seed and covers the true value`() throws {
        // The mean error of n samples has a known spread: the interval is about ± 1.96 σ / √n.
        var generator = SplitMix(seed: 1)
        let targets = (0..<2_000).map { _ in generator.unit() }, guesses = [Double](repeating: 0, count: 2_000)
        let one = try MeanAbsoluteError().interval(guesses, targets, seed: 3),
            two = try MeanAbsoluteError().interval(guesses, targets, seed: 3)
        #expect(one == two)
        #expect(try MeanAbsoluteError().interval(guesses, targets, seed: 4) != one)
        let expected = 2 * 1.96 * (1.0 / 12).squareRoot() / 2_000.0.squareRoot()
        #expect(((one.high - one.low) / expected - 1).magnitude < 0.1)
        #expect(one.low < one.value && one.value < one.high && one.resamples == 1_000)
        // Groups of equal samples: as if there were only as many samples as groups.
        let doubled = targets.flatMap { [$0, $0, $0, $0] }, groups = (0..<8_000).map { $0 / 4 }
        let grouped = try MeanAbsoluteError().interval([Double](repeating: 0, count: 8_000), doubled, seed: 3, groups: groups)
        #expect((grouped.low - one.low).magnitude < 1e-12 && (grouped.high - one.high).magnitude < 1e-12)
    }

    @Test func `a resample without a positive sample is left out`() throws {
        let interval = try ROCAUC().interval([0.9, 0.1, 0.2, 0.3], [1, 0, 0, 0], resamples: 400, seed: 1)
        #expect(interval.resamples < 400 && interval.resamples > 200)
        #expect(interval.value == 1 && interval.low == 1)
    }

    @Test func `paired resamples see a small steady difference that separate intervals do not`() throws {
        var generator = SplitMix(seed: 9)
        let targets = (0..<1_000).map { _ in generator.unit() * 10 }
        let noise = targets.map { _ in (0..<12).reduce(-6) { sum, _ in sum + generator.unit() } }
        let good = zip(targets, noise).map { $0 + $1 }, worse = zip(targets, noise).map { $0 + $1 * 1.01 }
        let metric = MeanSquaredError()
        let comparison = try metric.compare(good, worse, targets, seed: 2)
        #expect(comparison.isSignificant && comparison.difference.high < 0 && comparison.pValue < 0.01 && comparison.firstIsBetter == 1)
        let separate = (try metric.interval(good, targets, seed: 2), try metric.interval(worse, targets, seed: 2))
        #expect(separate.0.high > separate.1.low)
        let same = try metric.compare(good, good, targets, seed: 2)
        #expect(!same.isSignificant && same.pValue == 1 && same.firstIsBetter == 0)
        #expect(comparison.description.hasPrefix("mse "))
    }

    @Test func `a thousand resamples of ten thousand samples take about a second`() throws {
        var generator = SplitMix(seed: 5)
        let targets = (0..<10_000).map { _ in generator.below(2) }
        let scores = targets.map { Double($0) * 0.3 + generator.unit() }
        let clock = ContinuousClock()
        var interval: MetricInterval?
        let time = try clock.measure { interval = try ROCAUC().interval(scores, targets) }
        #expect(time < .seconds(5))
        #expect(try ROCAUC().value(scores, targets) == interval?.value)
    }

    @Test func `the area under the curve is that of its points`() throws {
        let scores = [0.9, 0.8, 0.8, 0.3, 0.2], targets = [1, 0, 1, 1, 0]
        let curve = try ROCAUC().curve(scores, targets)
        #expect(curve.map(\.falsePositiveRate) == [0, 0, 0.5, 0.5, 1])
        let area = zip(curve, curve.dropFirst()).reduce(0.0) {
            $0 + ($1.1.falsePositiveRate - $1.0.falsePositiveRate) * ($1.1.truePositiveRate + $1.0.truePositiveRate) / 2
        }
        #expect((try ROCAUC().value(scores, targets) - area).magnitude < 1e-12)
    }

    @Test func `the best threshold has the highest F1 of all`() throws {
        var generator = SplitMix(seed: 8)
        let targets = (0..<200).map { _ in generator.unit() < 0.2 ? 1 : 0 }
        let scores = targets.map { (Double($0) * 0.4 + generator.unit() * 20).rounded() / 20 }
        let best = try Scores.bestThreshold(scores, targets)
        let all = try scores.map { try F1().value(Scores.labels(scores, threshold: $0), targets) }
        #expect(best.f1 == all.max())
        #expect(try F1().value(Scores.labels(scores, threshold: best.threshold), targets) == best.f1)
    }

    @Test func `a reliability table counts every sample once`() throws {
        let rows = [[0.9, 0.1], [0.6, 0.4], [0.45, 0.55], [1, 0]], targets = [0, 1, 1, 0]
        let table = try CalibrationError(bins: 10).table(rows, targets)
        #expect(table.map(\.count) == [0, 0, 0, 0, 0, 1, 1, 0, 0, 2])
        #expect(table[9].accuracy == 1 && table[9].confidence == 0.95 && table[6].accuracy == 0)
    }

    @Test func `edit distances are those of the three edits`() {
        #expect(EditDistance.between(Array("kitten"), Array("sitting")) == 3)
        #expect(EditDistance.between([1, 2, 3], []) == 3)
        #expect(EditDistance.between([Int](), []) == 0)
        #expect(EditDistance.between(Array("flaw"), Array("lawn")) == 2)
    }

    @Test func `metrics are found by name over a model's outputs`() throws {
        let logits: [Float] = [2, 1, 0, 3, 1, 0.5], targets: [Float] = [0, 1, 1]
        #expect(try OutputMetric.named("accuracy").value(logits, width: 2, targets) == 2.0 / 3)
        let rows = Scores.probabilities([[2, 1], [0, 3], [1, 0.5]])
        #expect(try OutputMetric.named("log_loss").value(logits, width: 2, targets) == LogLoss().value(rows, [0, 1, 1]))
        #expect(try OutputMetric.named("roc_auc").value([-1, 2, 0.5], width: 1, [0, 1, 1]) == 1)
        #expect(try OutputMetric.named("rmse").value([1, 2, 3, 4], width: 2, [1, 2, 3, 6]) == 1)
        let interval = try OutputMetric.named("mae").interval([1, 2, 3, 4], width: 2, [1, 2, 3, 6], resamples: 50)
        #expect(interval.value == 0.5 && interval.low == 0 && interval.high == 1)
        #expect(message { _ = try OutputMetric.named("acuracy") }.hasPrefix("metric: there is no 'acuracy'; did you mean 'accuracy'?"))
        #expect(
            message { _ = try OutputMetric.named("mse").value([1, 2, 3], width: 2, [1, 2]) } == "mse: 3 outputs of width 2 for 2 targets")
        #expect(Set(OutputMetric.names).count == OutputMetric.names.count && OutputMetric.names.count == 32)
    }

    @Test func `hostile texts, boxes and tags end in a number or an error`() throws {
        var generator = SplitMix(seed: 12)
        let alphabet = Array("aé ,.-&lt;\n0長\u{1F600}\u{301}B-ISEO").map(String.init)
        func text() -> String { (0..<generator.below(12)).map { _ in alphabet[generator.below(alphabet.count)] }.joined() }
        for _ in 0..<400 {
            let guess = text(), truth = text()
            for tokenizer in BLEUTokenizer.allCases {
                let value = try BLEU(tokenizer: tokenizer).value([guess], [[truth, text()]])
                #expect(value >= 0 && value <= 100 + 1e-9)
            }
            let chrf = try ChrF(wordOrder: 2).value([guess], [[truth]])
            #expect(chrf >= 0 && chrf <= 100 + 1e-9)
            let tags = (0..<3).map { _ in text() }
            for scheme in EntityScheme.allCases { _ = try? EntityF1(scheme).value([tags], [tags.reversed()]) }
            let side = [Double.nan, .infinity, -1, 0, 5, 1e308]
            func box() -> Box {
                Box(
                    left: side[generator.below(6)], top: side[generator.below(6)], right: side[generator.below(6)],
                    bottom: side[generator.below(6)])
            }
            let map = try MeanAveragePrecision().value([[DetectedBox(box(), label: 0, score: 1)]], [[TrueBox(box(), label: 0)]])
            #expect(map >= 0 && map <= 1)
        }
    }
}
