import Datasets
import Engine
public import Formats
public import Learning

/// What a model is worth on the test part of a recipe: its metrics with bootstrap intervals, and what a report shows of its answers.
public struct Evaluation {
    public let answers: Answers
    /// The recipe's metric first, then those it wants to have stated too.
    public let intervals: [MetricInterval]
    private let metrics: [OutputMetric]
    private let goal: Corpus.Goal

    public init(_ recipe: Recipe, _ goal: Corpus.Goal, _ answers: Answers) throws {
        self.answers = answers
        self.goal = goal
        metrics = try ([recipe.evaluate.metric] + (recipe.evaluate.also ?? [])).map(OutputMetric.named)
        intervals = try metrics.map {
            try $0.interval(answers.values, width: answers.width, answers.truths, scale: .probabilities, seed: 1)
        }
    }

    /// A bundle's answers to the test part of a recipe.
    ///
    /// - Throws: if the recipe's data are not prepared as the bundle expects them.
    public init(_ bundle: ModelBundle, _ recipe: Recipe, threads: Int? = nil) throws {
        let corpus = try recipe.corpusMaker().corpus(run: 0)
        // As it comes back from a file, where a whole number is a whole number.
        if let features = bundle.features, try features != JSON(parsing: corpus.preparation.bytes()) {
            throw RecipeError(
                "evaluate",
                "the recipe '\(recipe.name)' prepares its data in another way than the bundle learned it (other data, columns or statistics)",
                at: bundle.name)
        }
        try self.init(bundle, recipe, on: corpus, threads: threads)
    }

    /// A bundle's answers to the test part of a corpus.
    init(_ bundle: ModelBundle, _ recipe: Recipe, on corpus: Corpus, threads: Int?) throws {
        let session = try BundleSession(bundle, batch: BundleSession.batch, threads: threads)
        guard session.sampleShape == Array(corpus.input.shape.extents.dropFirst()) else {
            throw RecipeError(
                "evaluate", "the bundle takes \(bundle.signature.inputs[0]), the recipe gives \(corpus.input)", at: bundle.name)
        }
        let answers = try session.answers(to: corpus.test, Objective(corpus.goal, recipe.train))
        try self.init(recipe, corpus.goal, answers)
    }

    /// `{"metric": "accuracy", "value": 0.97, "ci": [0.96, 0.98], "samples": 359, "also": {…}}`
    public var json: JSON {
        var object: JSON.Object = [
            "metric": .string(intervals[0].name), "value": .number(intervals[0].value),
            "ci": .array([.number(intervals[0].low), .number(intervals[0].high)]), "samples": JSON(sampleCount),
        ]
        if intervals.count > 1 { object["also"] = .object(JSON.Object(intervals.dropFirst().map { ($0.name, .number($0.value)) })) }
        return .object(object)
    }

    public var sampleCount: Int { answers.values.count / max(1, answers.width) }

    /// For the training record: `test/accuracy`.
    public var metricsByName: [String: Double] {
        Dictionary(intervals.map { ("test/\($0.name)", $0.value) }) { first, _ in first }
    }

    var measures: [TrainingReport.Measure] {
        zip(metrics, intervals).map { metric, interval in
            TrainingReport.Measure(
                metric.name, interval.value, low: interval.low, high: interval.high, largerIsBetter: metric.higherIsBetter)
        }
    }

    /// A shallow model's answers to the same samples, compared with these pair by pair by the first metric.
    func comparison(_ name: String, _ other: Answers) throws -> TrainingReport.Baseline {
        let metric = metrics[0], value = try other.value(of: metric)
        let paired = try metric.compare(
            answers.values, other.values, width: answers.width, answers.truths, scales: (.probabilities, .probabilities), seed: 1)
        return TrainingReport.Baseline(
            name, value, difference: intervals[0].value - value, low: paired.difference.low, high: paired.difference.high)
    }

    /// How often each class was taken for each; nil for numbers and where there are too many classes to be read.
    func confusion() throws -> TrainingReport.Confusion? {
        guard case .classes(let names) = goal, (2...40).contains(names.count), answers.width == names.count else { return nil }
        var counts = names.map { _ in [Int](repeating: 0, count: names.count) }
        for (sample, truth) in answers.truths.enumerated() {
            guard let row = Int(exactly: truth), names.indices.contains(row) else { continue }
            counts[row][answers.best(sample)] += 1
        }
        return try TrainingReport.Confusion(labels: names, counts: counts)
    }

    /// Predicted against true numbers, at most 2,000 of them.
    func scatter() throws -> TrainingReport.Scatter? {
        guard case .number(let unit, _, _, _) = goal else { return nil }
        let places = Array(stride(from: 0, to: answers.truths.count, by: max(1, answers.truths.count / 2_000)))
        return try TrainingReport.Scatter(
            truths: places.map { Double(answers.truths[$0]) }, predictions: places.map { Double(answers.values[$0]) }, unit: unit)
    }
}

extension Answers {
    /// The class with the largest probability for a sample.
    func best(_ sample: Int) -> Int {
        let row = values[sample * width..<(sample + 1) * width]
        return (row.indices.max { row[$0] < row[$1] } ?? row.startIndex) - row.startIndex
    }
}
