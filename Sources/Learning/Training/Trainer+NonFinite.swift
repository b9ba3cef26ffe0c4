internal import Engine

extension Trainer {
    /// Why a loss is no finite number: the first operation whose result is not.
    ///
    /// The update has spoilt the parameters by then, so the run is put back to where it can be continued and repeated up to the
    /// step: it takes the very same values. Afterwards the parameters are those from before the failure.
    func explained(_ loss: Float, _ source: some BatchSource, _ failed: RunProgress) throws -> LearningError {
        let rate = rate(of: failed, batches: source.batchCount)
        func error(_ reason: String) -> LearningError {
            LearningError(
                "train",
                "the loss is \(loss) at step \(failed.step + 1) (epoch \(failed.epoch), batch \(failed.batch), rate \(Wording.number(rate))): \(reason)",
                at: options.name)
        }
        if step.options.reduction != nil {
            return error("it is the mean over several processes; run it in one to learn which operation is at fault")
        }
        guard let start = try folder?.read() ?? snapshot, start.progress.epoch == failed.epoch else {
            return error("no way back to look for it")
        }
        display?.say("the loss is \(loss): repeating \(failed.batch - start.progress.batch) batches to find out why", isWarning: true)
        try step.state.restore(start.tensors, from: folder?.last ?? "memory")
        var progress = start.progress
        var iterator = try source.batches(epoch: progress.epoch, from: progress.batch)
        while let batch = try iterator.next() {
            let rate = self.rate(of: progress, batches: source.batchCount)
            // The loss of one step may be spoilt by the update of the step before.
            if progress.batch >= failed.batch - 1 {
                if let column = Self.nonFiniteColumn(batch) { return error("column \(column) of batch \(progress.batch)") }
                do {
                    try step.findNonFinite(batch, rate: rate)
                } catch let found as EngineError {
                    let place = progress.batch < failed.batch ? "in the step before it, " : ""
                    return error("\(place)\(found)")
                }
            }
            if progress.batch >= failed.batch { break }
            progress.took(try step(batch, rate: rate), batch.count, rate: rate, accumulation: step.options.accumulation)
        }
        return error("it was finite when the step was repeated: the source or the loss is no pure function of the epoch and the batch")
    }

    /// The first column of a batch that holds a value which is not finite, in words.
    private static func nonFiniteColumn(_ batch: Batch) -> String? {
        for (name, column) in zip(batch.names, batch.tensors) where column.dtype.isFloat {
            let values = column.doubles()
            guard let place = values.firstIndex(where: { !$0.isFinite }) else { continue }
            return "'\(name)' holds \(values[place]) in sample \(place / max(1, values.count / max(1, batch.count)))"
        }
        return nil
    }
}
