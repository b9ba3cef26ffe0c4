import Datasets
import Engine
public import Formats
public import Learning

/// Trains one net of a recipe and leaves a bundle, a report and a card: the seven steps from data to a verified model.
public struct RecipeTraining {
    public let result: TrainingResult
    /// nil where the run was interrupted, and in all processes of a run but the first.
    public let evaluation: Evaluation?
    /// The models beside the one that the bundle holds, with the paired interval of the difference.
    public let baselines: [TrainingReport.Baseline]
    /// Which model the bundle holds: nil where there was no choice.
    public let shipped: JSON?
    /// The folder of the bundle, and the hash of its manifest; nil where there is no evaluation.
    public let bundle: (path: String, identity: String)?

    /// - Parameters:
    ///   - folder: gets `run/` with checkpoints and logs, `NAME.millrace`, `report.html` and `card.md`; a run that was broken off there goes on.
    ///   - group: the processes that share every batch; only the first one measures and writes.
    ///   - startsAnew: whether a run in the folder counts for nothing.
    ///   - comparesShallow: whether shallow models are trained beside the net and stand in the report.
    ///   - date: of today, as text for the report, and in seconds since 1970.
    ///   - isStopRequested: asked after every batch; true writes a checkpoint and ends the run.
    ///   - log: told of each step.
    public init(
        _ plan: TrainingPlan, folder: String, group: ProcessGroup? = nil, startsAnew: Bool = false, comparesShallow: Bool = true,
        threads: Int? = nil,
        display: TrainerOptions.Display = .automatic,
        date: (text: String, seconds: Double), versions: [String: String], isStopRequested: @escaping () -> Bool,
        log: (TrainingPlan.Step, String) -> Void
    ) throws {
        let recipe = plan.recipe, place = Files.join(folder, "run")
        if recipe.ship == .best, !comparesShallow {
            throw RecipeError("train", "ship: best compares with shallow models, which cannot be left out then", at: recipe.name)
        }
        let run = try RunIdentity(plan), isFirst = group.map { $0.rank == 0 } ?? true
        if isFirst { try run.claim(place, startsAnew: startsAnew) }
        try group.map(run.agree)
        for step in TrainingPlan.Step.allCases where isFirst && step != .evaluate { log(step, try plan.line(step, threads: threads)) }
        let fit = try Fit(
            recipe, plan.corpus, seed: plan.seed, folder: place, group: group, display: display, threads: threads
        ) { options in
            options.isStopRequested = isStopRequested
            if startsAnew { options.continuation = .never }
        }
        result = fit.result
        guard isFirst, fit.result.ending != .interrupted else {
            (evaluation, bundle, baselines, shipped) = (nil, nil, [], nil)
            return
        }
        log(.evaluate, try plan.line(.evaluate))
        // What is measured is what is written: the bundle with its own arithmetic.
        var made = try fit.bundle(seed: plan.seed, data: plan.dataHash, versions: versions, finished: date.seconds)
        var evaluation = try Evaluation(made, recipe, on: plan.corpus, threads: threads)
        var others = comparesShallow ? try Baselines(recipe: recipe, corpus: plan.corpus).answers() : []
        let choice = try Self.choice(plan, made, others.compactMap(\.fit), threads)
        if let choice, let model = choice.model {
            made = try fit.bundle(
                seed: plan.seed, data: plan.dataHash, versions: versions, finished: date.seconds, shallow: (model, choice.json))
            others.removeAll { $0.name == model.name }
            others.insert((ShipChoice.net, evaluation.answers, nil), at: 0)
            evaluation = try Evaluation(made, recipe, on: plan.corpus, threads: threads)
        }
        shipped = choice?.json
        baselines = try others.map { try evaluation.comparison($0.name, $0.answers) }
        var report = try Self.report(plan, fit.result, evaluation, baselines, date.text)
        if let choice { report.summary += " " + choice.sentence(recipe.evaluate.metric) }
        made.training.metrics = evaluation.metricsByName
        made.card = report.card
        let path = Files.join(folder, "\(recipe.name).millrace")
        let identity = try made.write(to: path)
        try report.write(to: folder)
        self.evaluation = evaluation
        bundle = (path, identity)
    }

    /// What the bundle is to hold, where the recipe leaves it to the validation part.
    private static func choice(_ plan: TrainingPlan, _ net: ModelBundle, _ models: [ShallowFit], _ threads: Int?) throws -> ShipChoice? {
        guard plan.recipe.ship != .net, !models.isEmpty, let held = plan.corpus.held, let source = plan.corpus.validation else {
            return nil
        }
        let session = try BundleSession(net, batch: BundleSession.batch, threads: threads)
        let answers = try session.answers(to: source, Objective(plan.corpus.goal, plan.recipe.train))
        return try ShipChoice(OutputMetric.named(plan.recipe.evaluate.metric), net: answers, models, held)
    }

    private static func report(
        _ plan: TrainingPlan, _ result: TrainingResult, _ evaluation: Evaluation, _ baselines: [TrainingReport.Baseline], _ date: String
    ) throws -> TrainingReport {
        let recipe = plan.recipe
        var report = TrainingReport(
            title: recipe.title ?? recipe.name,
            summary:
                "A net of the kind \(recipe.model.kind.rawValue) with \(TrainingPlan.counted(plan.parameterCount)) parameters, trained by the recipe '\(recipe.name)'."
        )
        report.date = date
        report.take(result)
        report.measures = evaluation.measures
        report.baselines = baselines
        report.confusion = try evaluation.confusion()
        report.scatter = try evaluation.scatter()
        if let floor = recipe.compare?.floor { report.references.append(.init("floor", floor, kind: .floor)) }
        for (name, value) in (recipe.compare?.published ?? [:]).sorted(by: { $0.key < $1.key }) {
            report.references.append(.init(name, value, kind: .published))
        }
        report.facts = [
            .init(
                "Data",
                plan.corpus.facts.map { .init($0.name, $0.value) } + [
                    .init("path", recipe.data.path ?? ""), .init("SHA-256", plan.dataHash),
                ]),
            .init(
                "Training",
                try TrainingPlan.Step.allCases.map { .init("\($0)", try plan.line($0)) }
                    + [
                        .init("processes", "\(plan.processes)"), .init("seconds", "\(Int(result.seconds))"),
                        .init("processor seconds", "\(Int(result.cpuSeconds))"),
                    ]),
        ]
        report.intendedUse =
            "Inputs like those of the training data; the answer is \(plan.corpus.goal.word == "classes" ? "a probability for each class" : "a number, without an interval")."
        report.limitations = ["Measured on one test part only; data of another origin were not looked at."]
        report.task = ["classes": "classification", "number": "regression", "series": "forecasting"][plan.corpus.goal.word] ?? ""
        report.datasets = [recipe.data.kind.rawValue]
        report.tags = ["millrace", recipe.model.kind.rawValue]
        return report
    }
}
