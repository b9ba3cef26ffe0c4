internal import Engine
internal import Formats

/// What the processes of one run tell each other beside gradients.
extension Trainer {
    /// Starts every process where the first one stands.
    func share(_ progress: inout RunProgress, _ isContinued: inout Bool, _ reduction: any GradientReduction) throws {
        let text = try JSON(encoding: Beginning(progress: progress, isContinued: isContinued)).text()
        let bytes = try reduction.broadcast(Array(text.utf8))
        try reduction.broadcast(step.state.variables)
        guard reduction.rank > 0 else { return }
        let own = progress.identity
        let beginning = try JSON(parsing: String(decoding: bytes, as: UTF8.self), at: "process 0").decoded(as: Beginning.self)
        (progress, isContinued) = (beginning.progress, beginning.isContinued)
        if let difference = own.difference(from: progress.identity) {
            throw LearningError("train", "process \(reduction.rank) has another run than process 0: \(difference)")
        }
        step.state.restored()
        if isContinued { snapshot = (progress, step.state.captured()) }
    }

    /// The scores of the first process: another processor may round otherwise, and all have to decide alike.
    func shared(_ scores: [Score]) throws -> [Score] {
        guard let reduction = step.options.reduction else { return scores }
        let values = try reduction.broadcast(scores.map(\.value))
        guard values.count == scores.count else {
            throw LearningError("train", "the validation has \(scores.count) scores, that of process 0 has \(values.count)")
        }
        return zip(scores, values).map { Score($0.name, $1) }
    }
}

private struct Beginning: Codable {
    let progress: RunProgress
    let isContinued: Bool
}
