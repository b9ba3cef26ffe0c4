internal import Engine

extension Trainer {
    /// Makes the present moment one that the run can be continued from.
    ///
    /// - Parameter weights: of the best epoch, if it is the one that has just ended.
    func keep(_ progress: inout RunProgress, weights: [(name: String, value: Tensor)]?) throws {
        countTime(&progress, isTraining: true)
        try log?.flush(sync: true)
        if let log { progress.logBytes = log.position }
        if let folder {
            try folder.write(progress, step.state.present(), best: weights)
            try notify(.checkpoint(path: folder.last, step: progress.step))
        } else {
            snapshot = (progress, step.state.captured())
            if let weights { bestWeights = weights }
        }
        lastCheckpoint = Clock.seconds
        resetClocks()
    }

    /// Whether it is time for a checkpoint between two batches.
    func isDue(_ progress: RunProgress, _ now: Double) -> Bool {
        if folder == nil { return false }
        if let batches = options.checkpoints.batches, progress.passes % batches == 0 { return true }
        return options.checkpoints.seconds.map { now - lastCheckpoint >= $0 } ?? false
    }

    func resetClocks() { clocks = (Clock.seconds, Clock.cpuSeconds) }

    /// Adds the time since the last call.
    func countTime(_ progress: inout RunProgress, isTraining: Bool) {
        let wall = Clock.seconds - clocks.wall, cpu = Clock.cpuSeconds - clocks.cpu
        progress.seconds += wall
        progress.cpuSeconds += cpu
        progress.epochCPU += cpu
        if isTraining { progress.epochSeconds += wall }
        resetClocks()
    }
}
