internal import Engine
internal import Formats
import Synchronization

/// Trains a model for some epochs: validation, the best weights, checkpoints, logs, and an exact way back after a kill.
///
/// A run with a folder writes a checkpoint after every epoch and now and then between. Killed at any instant and started again with
/// the same settings it goes on from there, and ends with the very bits of the unbroken run.
///
///     var options = TrainerOptions(epochs: 20)
///     options.folder = "runs/digits"
///     options.schedule = .cosine
///     options.monitor = .init("accuracy", largerIsBetter: true)
///     let result = try Trainer(step, options).fit(training) { model in
///         [Score("accuracy", try accuracy(of: model, on: validation))]
///     }
///
/// With averaging (`TrainOptions.averaging`) the averaged weights are evaluated and are the best weights.
public final class Trainer<Model: Module> {
    /// Measures the model on validation data. It must not change the model, and answer the same for the same weights.
    public typealias Validation = (Model) throws -> [Score]

    public let step: TrainStep<Model>
    public let options: TrainerOptions
    private let stopRequested = Atomic<Bool>(false)
    let display: ProgressDisplay?
    /// Where checkpoints are written; nil in a run without a folder, and in the processes that only read it.
    var folder: RunFolder?
    var log: RunLog?
    /// Where a run that writes no checkpoints could be continued from.
    var snapshot: (progress: RunProgress, tensors: [(name: String, value: Tensor)])?
    /// The best weights of a run that writes no checkpoints.
    var bestWeights: [(name: String, value: Tensor)]?
    var lastCheckpoint = 0.0
    var clocks = (wall: 0.0, cpu: 0.0)
    private var isWithoutValidation = false

    public init(_ step: TrainStep<Model>, _ options: TrainerOptions) throws {
        guard options.epochs >= 1 else { throw LearningError("train", "needs at least one epoch, got \(options.epochs)") }
        guard options.logInterval >= 1, options.checkpoints.batches ?? 1 >= 1, options.checkpoints.seconds ?? 1 > 0 else {
            throw LearningError("train", "intervals must be at least 1")
        }
        if let early = options.earlyStopping, early.patience < 1 || early.minimumChange < 0 {
            throw LearningError("train", "the patience must be at least 1 and the minimum change not negative")
        }
        self.step = step
        var options = options
        if let rank = step.options.reduction?.rank, rank > 0 {
            options.writes = false
            options.display = .silent
        }
        self.options = options
        display = ProgressDisplay(options.display, name: options.name)
    }

    /// Asks the run to write a checkpoint and end after the present batch. May be called from any thread and from signal handlers.
    public func requestStop() { stopRequested.store(true, ordering: .relaxed) }

    private var isStopRequested: Bool { stopRequested.load(ordering: .relaxed) || options.isStopRequested?() == true }

    // MARK: The run

    /// Trains until the epochs are done, the monitored score no longer improves, or somebody asks to stop.
    ///
    /// At the end the model has the best weights, unless the options or an interruption leave it the last ones; with averaging
    /// the averages are its weights then.
    ///
    /// - Parameter source: the training data; a pure function of the epoch.
    /// - Parameter validation: after each epoch; without one the training loss decides what is best.
    /// - Throws: if the loss is no finite number, naming the first operation whose result is not; if a checkpoint is of another run.
    public func fit(_ source: some BatchSource, validation: Validation? = nil) throws -> TrainingResult {
        guard source.sampleCount > 0, source.batchSize > 0 else { throw LearningError("train", "the source has no samples") }
        stopRequested.store(false, ordering: .relaxed)
        isWithoutValidation = validation == nil
        let lock = options.writes ? try options.folder.map { try RunLock($0) } : nil
        defer { withExtendedLifetime(lock) {} }
        var progress = try begin(source)
        try notify(.began(step: progress.step))
        while progress.ending == nil {
            try trainEpoch(source, &progress)
            if progress.ending == nil { try endEpoch(&progress, validation) }
        }
        return try end(progress)
    }

    /// Finds where to start: at the checkpoint in the folder or at the beginning.
    private func begin(_ source: some BatchSource) throws -> RunProgress {
        let identity = RunProgress.Identity(
            optimizer: step.optimizer.name, rate: step.optimizer.rate, settings: step.optimizer.settings, seed: step.options.seed,
            accumulation: step.options.accumulation, averaging: step.options.averaging, precision: "\(step.options.precision)",
            samples: source.sampleCount, batchSize: source.batchSize)
        var progress = RunProgress(identity: identity, plateau: options.plateau)
        var isContinued = false
        // Of several processes the first one reads, and tells the others.
        if let path = options.folder, step.options.reduction.map({ $0.rank == 0 }) ?? true {
            let folder = try RunFolder(path, duringWrite: options.duringWrite)
            if options.writes { try folder.removePartials() }
            if options.continuation == .required, !folder.hasCheckpoint {
                throw LearningError("continue", "holds no checkpoint of a run", at: path)
            }
            if folder.hasCheckpoint, options.continuation != .never {
                progress = try continued(from: folder, identity)
                isContinued = true
            } else if options.writes {
                try folder.clear()
            }
            if options.writes {
                self.folder = folder
                log = try RunLog(
                    folder: path, position: isContinued ? progress.logBytes : nil, passes: progress.passes, tensorBoard: options.tensorBoard
                )
            }
        }
        if let reduction = step.options.reduction { try share(&progress, &isContinued, reduction) }
        resetClocks()
        if isContinued, progress.ending != nil {
            display?.say("has ended already")
        } else if isContinued {
            display?.say("continues at epoch \(progress.epoch), batch \(progress.batch), after \(progress.step) steps")
        } else {
            log?.line(beginning(source))
            try keep(&progress, weights: nil)
        }
        return progress
    }

    /// Puts everything back as a checkpoint has it.
    private func continued(from folder: RunFolder, _ identity: RunProgress.Identity) throws -> RunProgress {
        let stored = try folder.read()
        if let difference = identity.difference(from: stored.progress.identity) {
            throw LearningError("continue", "the run was another one: \(difference)", at: folder.last)
        }
        try step.state.restore(stored.tensors, from: folder.last)
        if options.writes {
            try folder.settle(stored.progress)
        } else {
            snapshot = stored
            bestWeights = stored.progress.best == nil ? nil : try folder.readBest()
        }
        var progress = stored.progress
        // More epochs may be asked for than before, and an interruption is over.
        if progress.ending == .interrupted || progress.ending == .finished && progress.epoch <= options.epochs { progress.ending = nil }
        return progress
    }

    private func trainEpoch(_ source: some BatchSource, _ progress: inout RunProgress) throws {
        let batches = source.batchCount
        var iterator = try source.batches(epoch: progress.epoch, from: progress.batch)
        let start = (seconds: Clock.seconds, samples: progress.lossSamples)
        while let batch = try iterator.next() {
            let rate = rate(of: progress, batches: batches)
            if isStopRequested { step.options.reduction?.requestStop() }
            let loss = try step(batch, rate: rate)
            guard loss.isFinite else { throw try explained(loss, source, progress) }
            progress.took(loss, step.latest.samples, rate: rate, accumulation: step.options.accumulation)
            try notify(
                .batch(epoch: progress.epoch, batch: progress.batch, step: progress.step, loss: Double(loss), rate: rate))
            if progress.passes % options.logInterval == 0 { try logLine(&progress) }
            let now = Clock.seconds
            display?.show(moment(progress, batches: batches, since: start, now: now), at: now)
            // Several processes have to end after the same step.
            if step.options.reduction == nil ? isStopRequested : step.latest.stops {
                progress.ending = .interrupted
                return try keep(&progress, weights: nil)
            }
            // The checkpoint after the last batch is that of the epoch's end.
            if progress.batch < batches, isDue(progress, now) { try keep(&progress, weights: nil) }
        }
    }

    private func endEpoch(_ progress: inout RunProgress, _ validation: Validation?) throws {
        countTime(&progress, isTraining: true)
        let scores = try shared(validated(validation))
        countTime(&progress, isTraining: false)
        let record = EpochRecord(
            epoch: progress.epoch, step: progress.step, loss: progress.lossSum / Double(max(1, progress.lossSamples)), rate: progress.rate,
            scores: scores, seconds: progress.epochSeconds, cpuSeconds: progress.epochCPU, samples: progress.lossSamples)
        progress.history.append(record)
        let value = try monitored(record)
        let isBest = progress.best.map { isBetter(value, than: $0.value) } ?? !value.isNaN
        if isBest { progress.best = .init(value: value, epoch: record.epoch, step: record.step) }
        logEpoch(record, progress, isBest: isBest)
        display?.epoch(record, of: options.epochs, isBest: isBest)
        try notify(.epoch(record, isBest: isBest))
        try warn(&progress, value)
        progress.nextEpoch()
        if let early = options.earlyStopping, try hasStalled(progress.history, early) {
            progress.ending = .stoppedEarly
        } else if progress.epoch > options.epochs {
            progress.ending = .finished
        }
        // With averages it is them that were evaluated.
        try keep(&progress, weights: isBest ? averaged { step.state.capturedModel() } : nil)
    }

    private func end(_ progress: RunProgress) throws -> TrainingResult {
        let ending = progress.ending ?? .finished
        if ending != .interrupted {
            if options.restoresBest, progress.best != nil, let weights = try folder?.readBest() ?? bestWeights {
                try step.state.restoreModel(weights, from: folder?.best ?? "best weights")
            } else if step.options.averaging != nil {
                step.state.swapAverages()
            }
            try step.options.reduction?.broadcast(step.state.variables)
        }
        let result = TrainingResult(
            ending: ending, history: progress.history, steps: progress.step,
            best: progress.best.map { .init(score: Score(monitorName(progress.history.last), $0.value), epoch: $0.epoch) },
            warnings: progress.warnings, seconds: progress.seconds, cpuSeconds: progress.cpuSeconds)
        try log?.flush(sync: true)
        log = nil
        let best = result.best.map { ", best \($0.score.name) \(Wording.plain($0.score.value)) in epoch \($0.epoch)" } ?? ""
        let reason = [.finished: "finished", .stoppedEarly: "stopped early", .interrupted: "interrupted"][ending]!
        display?.say(
            "\(reason) after \(result.steps) steps\(best), \(Wording.duration(result.seconds)), \(Wording.duration(result.cpuSeconds)) of processor time"
        )
        try notify(.ended(result))
        return result
    }

    // MARK: Rates and scores

    /// The learning rate of the batch that comes next.
    func rate(of progress: RunProgress, batches: Int) -> Double {
        let schedule = options.schedule
        let total = schedule.unit == .epoch ? options.epochs : options.epochs * batches / step.options.accumulation
        let time = schedule.unit == .epoch ? progress.epoch - 1 : progress.step
        return step.optimizer.rate * schedule.factor(at: time, of: total) * (progress.plateau?.rateFactor ?? 1)
    }

    private func validated(_ validation: Validation?) throws -> [Score] {
        guard let validation else { return [] }
        return try averaged { try validation(step.model) }
    }

    /// Runs with the averaged weights in place where there are any.
    private func averaged<R>(_ body: () throws -> R) rethrows -> R {
        guard step.options.averaging != nil else { return try body() }
        step.state.swapAverages()
        defer { step.state.swapAverages() }
        return try body()
    }

    private func monitored(_ record: EpochRecord) throws -> Double {
        if record.scores.isEmpty { return record.loss }
        guard let value = record.score(options.monitor.name) else {
            let names = record.scores.map(\.name).joined(separator: ", ")
            throw LearningError("train", "the validation has no score of this name, only \(names)", at: options.monitor.name)
        }
        return value
    }

    private func monitorName(_ record: EpochRecord?) -> String {
        record?.scores.isEmpty ?? true ? "training loss" : options.monitor.name
    }

    private func isBetter(_ value: Double, than other: Double, by margin: Double = 0) -> Bool {
        // Without a validation the monitored number is the training loss, whatever the monitor says.
        let larger = options.monitor.largerIsBetter && !isWithoutValidation
        return larger ? value > other + margin : value < other - margin
    }

    private func hasStalled(_ history: [EpochRecord], _ early: TrainerOptions.EarlyStopping) throws -> Bool {
        var reference = Double.nan, since = 0
        for record in history {
            let value = try monitored(record)
            if reference.isNaN || isBetter(value, than: reference, by: early.minimumChange) {
                reference = value
                since = 0
            } else {
                since += 1
            }
        }
        return since >= early.patience
    }
}
