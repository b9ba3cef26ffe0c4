internal import Engine
internal import Formats

extension Trainer {
    func notify(_ event: TrainingEvent) throws { for observer in options.observers { try observer(event) } }

    /// The first line of the log: what is trained, and how.
    func beginning(_ source: some BatchSource) -> JSON {
        let parameters = step.model.parameters
        let settings = step.optimizer.settings.sorted { $0.key < $1.key }.map { ($0.key, JSON.number($0.value)) }
        return [
            "kind": "run", "name": .string(options.name), "parameters": JSON(parameters.reduce(0) { $0 + $1.parameter.shape.count }),
            "frozen": JSON(parameters.reduce(0) { $0 + ($1.parameter.isFrozen ? $1.parameter.shape.count : 0) }),
            "optimizer": .string(step.optimizer.name), "rate": .number(step.optimizer.rate), "settings": .object(.init(settings)),
            "schedule": (try? JSON(encoding: options.schedule)) ?? .null, "epochs": JSON(options.epochs),
            "samples": JSON(source.sampleCount),
            "batch": JSON(source.batchSize), "accumulation": JSON(step.options.accumulation),
            "averaging": step.options.averaging.map { .number($0) } ?? .null, "precision": .string("\(step.options.precision)"),
            "seed": JSON(step.options.seed),
        ]
    }

    /// The mean loss since the last line, as a line of the log.
    func logLine(_ progress: inout RunProgress) throws {
        let loss = progress.lineSum / Double(max(1, progress.lineSamples))
        progress.lineSum = 0
        progress.lineSamples = 0
        guard let log else { return }
        log.line([
            "kind": "step", "epoch": JSON(progress.epoch), "batch": JSON(progress.batch), "step": JSON(progress.step),
            "loss": .number(loss),
            "rate": .number(progress.rate),
        ])
        log.point("training/loss", loss, passes: progress.passes)
        log.point("training/rate", progress.rate, passes: progress.passes)
        try log.flush()
    }

    func logEpoch(_ record: EpochRecord, _ progress: RunProgress, isBest: Bool) {
        guard let log else { return }
        log.line([
            "kind": "epoch", "epoch": JSON(record.epoch), "step": JSON(record.step), "loss": .number(record.loss),
            "rate": .number(record.rate), "scores": .object(.init(record.scores.map { ($0.name, .finite($0.value)) })),
            "best": .bool(isBest),
            "samples": JSON(record.samples), "seconds": .number(record.seconds), "cpu_seconds": .number(record.cpuSeconds),
        ])
        log.point("training/epoch_loss", record.loss, passes: progress.passes)
        log.point("training/samples_per_second", record.samplesPerSecond, passes: progress.passes)
        for score in record.scores { log.point("validation/\(score.name)", score.value, passes: progress.passes) }
    }

    /// Says what the user should know after an epoch, each thing once.
    func warn(_ progress: inout RunProgress, _ value: Double) throws {
        var found: [String] = []
        if !value.isFinite { found.append("the validation of epoch \(progress.epoch) gave \(value)") }
        if progress.plateau?.observe(
            value, largerIsBetter: options.monitor.largerIsBetter && !(progress.history.last?.scores.isEmpty ?? true))
            == true
        {
            found.append(
                "no improvement: the learning rate falls to \(Wording.number((progress.plateau?.rateFactor ?? 1) * 100)) % of the schedule's"
            )
        }
        if !progress.warnings.contains(where: { $0.hasPrefix("overfitting") }),
            let warning = Overfitting.warning(progress.history, monitor: options.monitor)
        {
            found.append(warning)
        }
        for text in found {
            progress.warnings.append(text)
            log?.line(["kind": "warning", "epoch": JSON(progress.epoch), "text": .string(text)])
            log?.text("warnings", text, passes: progress.passes)
            display?.say(text, isWarning: true)
            try notify(.warning(text))
        }
    }

    func moment(_ progress: RunProgress, batches: Int, since start: (seconds: Double, samples: Int), now: Double) -> ProgressDisplay.Moment
    {
        let speed = Double(progress.lossSamples - start.samples) / max(1e-9, now - start.seconds)
        let samples = progress.identity.samples
        let left = (options.epochs - progress.epoch) * samples + max(0, samples - progress.lossSamples)
        return ProgressDisplay.Moment(
            epoch: progress.epoch, epochs: options.epochs, batch: progress.batch, batches: batches,
            loss: progress.lossSum / Double(max(1, progress.lossSamples)), samplesPerSecond: speed,
            remaining: speed > 0 ? Double(left) / speed : nil)
    }
}

extension JSON {
    /// A number, or a string where JSON has no number for it.
    fileprivate static func finite(_ value: Double) -> JSON { value.isFinite ? .number(value) : .string("\(value)") }
}
