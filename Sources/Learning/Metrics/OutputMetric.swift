/// A metric by name over a model's outputs as they lie in memory: what a recipe asks for.
public struct OutputMetric: Sendable {
    /// What the outputs are.
    public enum Scale: Sendable {
        /// Scores before softmax, or before the sigmoid where there is one output.
        case logits
        /// Probabilities of the classes, or of class 1 where there is one output.
        case probabilities
    }

    public let name: String
    public let higherIsBetter: Bool
    /// Whether targets are labels.
    public let isClassification: Bool
    private let prepare: @Sendable (Samples) throws -> WeightedMetric

    private struct Samples {
        let outputs: [Float], width: Int, targets: [Float], scale: Scale, name: String
        var count: Int { targets.count / targetWidth }
        var targetWidth = 1

        var rows: [[Double]] { (0..<count).map { outputs[$0 * width..<$0 * width + width].map(Double.init) } }

        func labels() throws -> [Int] {
            try targets.map { target in
                guard let label = Int(exactly: target), label >= 0 else { throw LearningError(name, "a label is \(target)") }
                return label
            }
        }

        /// Probability of each class; two for a single output.
        func probabilities() -> [[Double]] {
            if width > 1 { return scale == .logits ? Scores.probabilities(rows) : rows }
            return positive().map { [1 - $0, $0] }
        }

        /// Probability of class 1.
        func positive() -> [Double] {
            if width > 1 { return probabilities().map { $0[1] } }
            return outputs.map { scale == .logits ? 1 / (1 + Elementary.exp(-Double($0))) : Double($0) }
        }

        /// The likeliest class.
        func predicted() -> [Int] {
            width > 1 ? Scores.labels(rows) : outputs.map { $0 >= (scale == .logits ? 0 : 0.5) ? 1 : 0 }
        }
    }

    private init<Measure: Metric>(
        _ metric: Measure, classes: Bool, _ prepare: @escaping @Sendable (Measure, Samples) throws -> WeightedMetric
    ) {
        name = metric.name
        higherIsBetter = metric.higherIsBetter
        isClassification = classes
        self.prepare = { try prepare(metric, $0) }
    }

    private static func labels<Measure: Metric<Int, Int>>(_ metric: Measure) -> OutputMetric {
        OutputMetric(metric, classes: true) { try $0.checked($1.predicted(), $1.labels()) }
    }

    private static func ranks<Measure: Metric<Double, Int>>(_ metric: Measure) -> OutputMetric {
        OutputMetric(metric, classes: true) { metric, samples in
            guard samples.width <= 2 else { throw LearningError(metric.name, "it takes two classes, and there are \(samples.width)") }
            return try metric.checked(samples.positive(), samples.labels())
        }
    }

    private static func probabilities<Measure: Metric<[Double], Int>>(_ metric: Measure) -> OutputMetric {
        OutputMetric(metric, classes: true) { try $0.checked($1.probabilities(), $1.labels()) }
    }

    private static func numbers<Measure: SumMetric<Double, Double>>(_ metric: Measure) -> OutputMetric {
        OutputMetric(OverRows(metric), classes: false) { metric, samples in
            let width = samples.width, targets = samples.targets
            return try metric.checked(
                samples.rows, (0..<samples.count).map { targets[$0 * width..<$0 * width + width].map(Double.init) })
        }
    }

    private static let all: [OutputMetric] = [
        labels(Accuracy()), labels(BalancedAccuracy()), probabilities(TopKAccuracy(3)), probabilities(TopKAccuracy(5)),
        labels(Precision()), labels(Precision(.micro)), labels(Precision(.macro)), labels(Precision(.weighted)), labels(Recall()),
        labels(Recall(.micro)), labels(Recall(.macro)), labels(Recall(.weighted)), labels(F1()), labels(F1(.micro)), labels(F1(.macro)),
        labels(F1(.weighted)), labels(MatthewsCorrelation()), labels(CohenKappa()), ranks(ROCAUC()), probabilities(OneVersusRestROCAUC()),
        probabilities(OneVersusRestROCAUC(.weighted)), ranks(AveragePrecision()), probabilities(LogLoss()), ranks(BinaryBrierScore()),
        probabilities(CalibrationError()), numbers(MeanSquaredError()), numbers(RootMeanSquaredError()), numbers(MeanAbsoluteError()),
        numbers(MeanAbsolutePercentageError()), numbers(SymmetricMeanAbsolutePercentageError()), numbers(NASAScore()),
        OutputMetric(R2(), classes: false) { try $0.checked($1.outputs.map(Double.init), $1.targets.map(Double.init)) },
    ]

    /// The names that `named` knows.
    public static var names: [String] { all.map(\.name) }

    /// The metric of this name. Throws for another name, with those that there are.
    public static func named(_ name: String) throws -> OutputMetric {
        if let metric = all.first(where: { $0.name == name }) { return metric }
        let closest = names.min { EditDistance.between(Array($0), Array(name)) < EditDistance.between(Array($1), Array(name)) } ?? ""
        throw LearningError("metric", "there is no '\(name)'; did you mean '\(closest)'? There are \(names.joined(separator: ", "))")
    }

    /// The value over samples with `width` outputs each, row by row; targets are one label a sample, or `width` numbers.
    public func value(_ outputs: [Float], width: Int, _ targets: [Float], scale: Scale = .logits) throws -> Double {
        try prepared(outputs, width, targets, scale).value(name)
    }

    /// The value with its bootstrap interval; see `Metric.interval`.
    public func interval(
        _ outputs: [Float], width: Int, _ targets: [Float], scale: Scale = .logits, resamples: Int = 1_000, confidence: Double = 0.95,
        seed: UInt64 = 0, groups: [Int]? = nil
    ) throws -> MetricInterval {
        let prepared = try prepared(outputs, width, targets, scale)
        return try prepared.interval(
            name, resamples: resamples, confidence: confidence, bootstrap: Bootstrap(count: prepared.count, seed: seed, groups: groups))
    }

    /// Two models' outputs for the same samples, compared; see `Metric.compare`.
    public func compare(
        _ first: [Float], _ second: [Float], width: Int, _ targets: [Float], scales: (Scale, Scale) = (.logits, .logits),
        resamples: Int = 1_000, confidence: Double = 0.95, seed: UInt64 = 0, groups: [Int]? = nil
    ) throws -> MetricComparison {
        let one = try prepared(first, width, targets, scales.0), two = try prepared(second, width, targets, scales.1)
        return try one.compare(
            two, name, higherIsBetter, resamples: resamples, confidence: confidence,
            bootstrap: Bootstrap(count: one.count, seed: seed, groups: groups))
    }

    private func prepared(_ outputs: [Float], _ width: Int, _ targets: [Float], _ scale: Scale) throws -> WeightedMetric {
        let wide = isClassification ? 1 : width
        guard width > 0, targets.count % max(1, wide) == 0, outputs.count == targets.count / max(1, wide) * width else {
            throw LearningError(name, "\(outputs.count) outputs of width \(width) for \(targets.count) targets")
        }
        return try prepare(Samples(outputs: outputs, width: width, targets: targets, scale: scale, name: name, targetWidth: wide))
    }
}
