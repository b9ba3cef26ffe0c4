public import Datasets
import Engine
public import Learning
import Zoo

/// One net of a recipe, trained.
public struct Fit {
    public let net: RecipeNet
    public let result: TrainingResult
    let objective: Objective
    let corpus: Corpus
    let recipe: Recipe

    /// Trains one net.
    ///
    /// - Parameter seed: fixes weights, order, augmentation and dropout.
    /// - Parameter folder: for checkpoints and logs: a run that was broken off goes on from there.
    /// - Parameter group: the processes that share every batch, which has a sample for each.
    public init(
        _ recipe: Recipe, _ corpus: Corpus, seed: UInt64, folder: String? = nil, group: ProcessGroup? = nil,
        display: TrainerOptions.Display = .silent,
        threads: Int? = nil,
        configure: (inout TrainerOptions) -> Void = { _ in }
    ) throws {
        let settings = recipe.train
        let objective = try Objective(corpus.goal, settings)
        net = try recipe.model.net(for: corpus, recipe: recipe.name).initialized(seed: seed)
        switch net.net {
        case let table as TableNet: corpus.flat.map { table.encoding?.fit($0.training.rows, features: $0.training.columns) }
        case let window as WindowNet: corpus.windows.map(window.fit)
        case let text as TextCNN: corpus.words.map { text.fit($0, columns: corpus.input.shape[1]) }
        default: break
        }
        var own: [String: Double] = [:]
        if let decay = settings.decay { own["decay"] = decay }
        let optimizer = try OptimizerNames.make(settings.optimizer ?? "adam", rate: settings.rate, settings: own)
        let options = TrainOptions(
            seed: seed, clipping: settings.clip.map { .norm($0) }, averaging: settings.average,
            reduction: group.map { DataParallel($0) }, threads: threads)
        let step = try TrainStep(net, optimizer, precision: settings.precision == "bf16" ? .bf16 : .f32, options: options) {
            net, batch, pass in
            objective.value(net(batch.inputs, &pass), batch.targets)
        }
        var training = TrainerOptions(epochs: settings.epochs)
        training.schedule = settings.schedule ?? .constant
        training.folder = folder
        training.display = display
        training.name = recipe.name
        let metric = try OutputMetric.named(recipe.evaluate.metric)
        training.monitor = corpus.validation == nil ? .init() : .init(metric.name, largerIsBetter: metric.higherIsBetter)
        training.earlyStopping = corpus.validation == nil ? nil : settings.earlyStopping.map { .init(patience: $0) }
        // Without early stopping the schedule has brought the weights to rest at the last epoch.
        training.restoresBest = training.earlyStopping != nil
        configure(&training)
        let source = try corpus.training(settings.batch ?? 64, seed)
        let inference = Self.inference(net, objective, threads)
        let validation: Trainer<RecipeNet>.Validation? = corpus.validation.map { held in
            { _ in [Score(metric.name, try Self.answers(inference, objective, held).value(of: metric))] }
        }
        let trainer = try Trainer(step, training)
        result =
            try group.map { try trainer.fit(ShardedSource(source, $0), validation: validation) }
            ?? trainer.fit(source, validation: validation)
        (self.objective, self.corpus, self.recipe) = (objective, corpus, recipe)
    }

    /// The answers for a part of the data, each sample once.
    public func answers(to source: any HostSource) throws -> Answers {
        let inference = Self.inference(net, objective, nil)
        let answers = try Self.answers(inference, objective, source)
        guard recipe.evaluate.mirror == true else { return answers }
        let mirrored = Inference(net) { net, batch, pass in [objective.answers(net(batch.inputs.flipped([2]), &pass))] }
        return .mean([answers, try Self.answers(mirrored, objective, source)])
    }

    private static func inference(_ net: RecipeNet, _ objective: Objective, _ threads: Int?) -> Inference<RecipeNet> {
        Inference(net, threads: threads) { net, batch, pass in [objective.answers(net(batch.inputs, &pass))] }
    }

    private static func answers(_ inference: Inference<RecipeNet>, _ objective: Objective, _ source: any HostSource) throws -> Answers {
        let all = try inference.collected(source, target: "targets", epoch: 0)
        return Answers(values: all.outputs, width: all.width, truths: objective.truths(all.targets))
    }
}
