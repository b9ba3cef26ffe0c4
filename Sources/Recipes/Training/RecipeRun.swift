public import Learning

/// Carries a recipe out: every run with every net of its ensemble, the shallow models beside it, and what came of it.
public struct RecipeRun {
    /// The deep model and the shallow ones on the test part of one run.
    public struct Outcome {
        public let deep: Answers
        /// The same answers beside the truth before it was capped, where the recipe caps it.
        public let uncapped: Answers?
        public let baselines: [(name: String, answers: Answers)]
        public let fits: [Fit]
    }

    public let recipe: Recipe
    public let outcomes: [Outcome]
    public let seconds: Double

    /// - Parameter runs: how many of the recipe's runs; nil for all of them.
    /// - Parameter note: told of each net as it is done.
    public init(
        _ recipe: Recipe, seed: UInt64 = 1, runs: Int? = nil, folder: String? = nil, display: TrainerOptions.Display = .silent,
        threads: Int? = nil, note: (String) -> Void = { _ in }
    ) throws {
        let clock = ContinuousClock(), start = clock.now
        let maker = try recipe.corpusMaker()
        let metric = try OutputMetric.named(recipe.evaluate.metric)
        let count = try runs ?? (recipe.evaluate.over == .groups ? maker.divisions : recipe.evaluate.runs ?? 3)
        let isDivided = recipe.evaluate.over ?? .seeds != .seeds
        let common = isDivided ? nil : try maker.corpus(run: 0)
        var outcomes: [Outcome] = []
        for run in 0..<count {
            let corpus = try common ?? maker.corpus(run: run)
            var fits: [Fit] = [], answers: [Answers] = []
            for member in 0..<(recipe.evaluate.ensemble ?? 1) {
                let own = seed &+ UInt64(run) &* 1_000 &+ UInt64(member)
                let place = folder.map { "\($0)/run-\(run)-\(member)" }
                let fit = try Fit(recipe, corpus, seed: own, folder: place, display: display, threads: threads)
                fits.append(fit)
                answers.append(try fit.answers(to: corpus.test))
                note("\(recipe.name): run \(run + 1) of \(count), net \(member + 1): \(metric.name) \(try answers.last!.value(of: metric))")
            }
            let known =
                isDivided || run == 0
                ? try Baselines(recipe: recipe, corpus: corpus).answers().map { ($0.name, $0.answers) } : outcomes[0].baselines
            let deep = Answers.mean(answers)
            let uncapped = corpus.uncapped.map { Answers(values: deep.values, width: deep.width, truths: $0) }
            outcomes.append(Outcome(deep: deep, uncapped: uncapped, baselines: known, fits: fits))
        }
        (self.recipe, self.outcomes) = (recipe, outcomes)
        seconds = Double((clock.now - start).components.seconds)
    }

    /// The result as one line.
    public func line() throws -> ResultLine {
        let metric = try OutputMetric.named(recipe.evaluate.metric)
        let values = try outcomes.map { try $0.deep.value(of: metric) }
        let mean = values.reduce(0, +) / Double(values.count)
        let intervals = try outcomes.map {
            try metric.interval($0.deep.values, width: $0.deep.width, $0.deep.truths, scale: .probabilities, seed: 1)
        }
        func average(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        var line = ResultLine(
            recipe: recipe.name, metric: metric.name, value: mean, ci: [average(intervals.map(\.low)), average(intervals.map(\.high))],
            runs: values, seeds: outcomes.count, floor: recipe.compare?.floor, published: recipe.compare?.published, seconds: seconds)
        if let names = outcomes.first?.baselines.map(\.name), !names.isEmpty {
            let means = try names.indices.map { place in
                average(try outcomes.map { try $0.baselines[place].answers.value(of: metric) })
            }
            let best = means.indices.reduce(0) {
                metric.higherIsBetter ? (means[$1] > means[$0] ? $1 : $0) : (means[$1] < means[$0] ? $1 : $0)
            }
            line.baseline = means[best]
            line.baselineName = names[best]
            let comparisons = try outcomes.map { outcome in
                try metric.compare(
                    outcome.deep.values, outcome.baselines[best].answers.values, width: outcome.deep.width, outcome.deep.truths,
                    scales: (.probabilities, .probabilities), seed: 1)
            }
            line.difference = [average(comparisons.map(\.difference.low)), average(comparisons.map(\.difference.high))]
        }
        if let also = recipe.evaluate.also {
            line.also = try Dictionary(
                uniqueKeysWithValues: also.map { name in
                    let other = try OutputMetric.named(name)
                    return (name, average(try outcomes.map { try $0.deep.value(of: other) }))
                })
        }
        let uncapped = outcomes.compactMap(\.uncapped)
        if !uncapped.isEmpty {
            line.also = line.also ?? [:]
            line.also?["\(metric.name)_uncapped"] = average(try uncapped.map { try $0.value(of: metric) })
        }
        return line
    }
}
