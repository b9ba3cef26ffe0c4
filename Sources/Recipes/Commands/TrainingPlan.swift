import Datasets
import Engine
import Learning

/// A recipe with its data read and its net built: the first five of the seven steps of a training, each as a line for people.
public struct TrainingPlan {
    /// One of the seven steps that every training goes through.
    public enum Step: Int, CaseIterable, Sendable {
        case preprocess = 1, architecture, initialise, forward, backward, iterate, evaluate
    }

    public let recipe: Recipe
    public let corpus: Corpus
    public let seed: UInt64
    /// SHA-256 over the data's files.
    public let dataHash: String
    /// Of the net.
    public let parameterCount: Int
    /// That share every batch.
    public let processes: Int
    /// Whether a process's share of a batch, where it should be the whole batch, tells the net what is usual.
    private let isNormalisedByBatch: Bool
    private let tensorCount: Int
    private let batchCount: Int
    private let sampleCount: Int

    /// Reads the data and builds the net; nothing is trained.
    public init(_ recipe: Recipe, seed: UInt64, processes: Int = 1) throws {
        try Self.check(recipe, processes: processes)
        (self.recipe, self.seed, self.processes) = (recipe, seed, processes)
        corpus = try recipe.corpusMaker().corpus(run: 0)
        if case .classes(let names) = corpus.goal, names.count < 2 {
            throw RecipeError(
                "data", "has \(names.count == 1 ? "one class" : "no classes"): there is nothing to tell apart", at: recipe.name)
        }
        if recipe.ship == .best, corpus.held == nil {
            throw RecipeError(
                "train", "ship: best needs rows of a table and a validation part, such as data.validation: 0.1", at: recipe.name)
        }
        dataHash = try DataHash.hash(of: recipe)
        _ = try Objective(corpus.goal, recipe.train)
        let net = try recipe.model.net(for: corpus, recipe: recipe.name), parameters = net.parameters
        isNormalisedByBatch = !net.states.isEmpty
        parameterCount = parameters.reduce(0) { $0 + $1.parameter.shape.count }
        tensorCount = parameters.count
        let source = try corpus.training(recipe.train.batch ?? 64, seed)
        batchCount = source.batchCount
        sampleCount = source.sampleCount
    }

    /// - Throws: if a batch of the recipe does not hold a sample for each process.
    public static func check(_ recipe: Recipe, processes: Int) throws {
        let batch = recipe.train.batch ?? 64
        if batch < processes {
            throw RecipeError("train", "batches of \(batch) samples cannot be shared by \(processes) processes", at: recipe.name)
        }
    }

    /// What a step does in this run, in a line.
    public func line(_ step: Step, threads: Int? = nil) throws -> String {
        let settings = recipe.train
        switch step {
        case .preprocess:
            let facts = corpus.facts.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
            return "\(recipe.data.kind.rawValue) \(recipe.data.path ?? ""): \(facts); inputs \(corpus.input) for \(goalWords)"
        case .architecture:
            return "\(recipe.model.kind.rawValue): \(Self.counted(parameterCount)) parameters in \(tensorCount) tensors"
        case .initialise:
            return "seed \(seed) fixes the weights, the order of the samples, dropout and augmentation"
        case .forward:
            let loss = try Objective(corpus.goal, settings).loss
            let smoothing = settings.smoothing.map { $0 > 0 ? ", smoothing \($0)" : "" } ?? ""
            return "batches of \(settings.batch ?? 64) samples\(shareWords), loss \(loss)\(smoothing), \(settings.precision ?? "f32"), "
                + "\(Program.Options.Kernels.preferred.rawValue) kernels"
        case .backward:
            let rate = settings.rate.map { " at rate \($0)" } ?? ""
            let decay = settings.decay.map { ", decay \($0)" } ?? "", clip = settings.clip.map { ", gradients clipped to \($0)" } ?? ""
            let average = settings.average.map { ", weights averaged by \($0)" } ?? ""
            return "gradient of the loss by all parameters, then \(settings.optimizer ?? "adam")\(rate)\(decay)\(clip)\(average)"
        case .iterate:
            let early = settings.earlyStopping.map { ", until \($0) epochs bring nothing better" } ?? ""
            return "\(settings.epochs) epochs of \(Self.counted(batchCount)) batches, \(Self.counted(sampleCount)) samples each\(early)"
        case .evaluate:
            return "\(recipe.evaluate.metric) on \(Self.counted(corpus.test.sampleCount)) test samples that nothing was learned from"
        }
    }

    /// How processes share a batch of n samples: process r of w takes those from n·r/w up to n·(r+1)/w.
    private var shareWords: String {
        guard processes > 1 else { return "" }
        let batch = recipe.train.batch ?? 64, least = batch / processes, most = (batch + processes - 1) / processes
        let share = least == most ? "\(least)" : "\(least) or \(most)"
        return " over \(processes) processes, \(share) each\(isNormalisedByBatch ? ", which batch normalisation keeps to" : "")"
    }

    private var goalWords: String {
        switch corpus.goal {
        case .classes(let names):
            "\(names.count) classes (\(names.prefix(10).joined(separator: ", "))\(names.count > 10 ? ", …" : ""))"
        case .number(let unit, _, _, let cap): "a number\(unit.isEmpty ? "" : " in \(unit)")\(cap.map { ", at most \($0)" } ?? "")"
        case .series: "\(corpus.horizon ?? 1) steps of a series"
        }
    }

    /// A count with separated thousands.
    static func counted(_ number: Int) -> String {
        var text = String(number), place = text.count - 3
        while place > 0 {
            text.insert(",", at: text.index(text.startIndex, offsetBy: place))
            place -= 3
        }
        return text
    }
}
