import Engine
import Learning

/// What a recipe makes small, and how its answers are read.
struct Objective: Sendable {
    let goal: Corpus.Goal
    let smoothing: Double
    let loss: String

    init(_ goal: Corpus.Goal, _ settings: TrainSettings) throws {
        self.goal = goal
        smoothing = settings.smoothing ?? 0
        let isClasses = if case .classes = goal { true } else { false }
        loss = settings.loss ?? (isClasses ? "cross-entropy" : "mse")
        if isClasses != (loss == "cross-entropy") {
            throw RecipeError("train", "loss: '\(loss)' does not fit \(isClasses ? "classes" : "numbers")")
        }
    }

    /// The loss of a batch; `outputs` as the net gives them.
    func value(_ outputs: Tensor, _ targets: Tensor) -> Tensor {
        let outputs = outputs.cast(to: .f32)
        switch goal {
        case .classes(let names):
            let hit = softmaxCrossEntropy(outputs, targets).mean()
            guard smoothing > 0 else { return hit }
            // Mixed with the loss against all classes alike (Szegedy et al. 2016).
            return hit * (1 - smoothing) - outputs.logSoftmax().sum([1]).mean() * (smoothing / Double(names.count))
        case .number, .series:
            let numbers = outputs.reshaped(targets.shape)
            switch loss {
            case "mae": return meanAbsoluteError(numbers, targets)
            case "huber": return huber(numbers, targets)
            default: return meanSquaredError(numbers, targets)
            }
        }
    }

    /// Answers as a reader wants them: probabilities of classes, numbers in their unit.
    func answers(_ outputs: Tensor) -> Tensor {
        let outputs = outputs.cast(to: .f32)
        switch goal {
        case .classes: return outputs.softmax()
        case .number(_, let center, let spread, let cap):
            let numbers = outputs * spread + center
            return cap.map { numbers.clamped(0, $0) } ?? numbers
        case .series: return outputs
        }
    }

    /// Targets in the scale of the answers.
    func truths(_ targets: [Float]) -> [Float] {
        guard case .number(_, let center, let spread, _) = goal else { return targets }
        return targets.map { $0 * Float(spread) + Float(center) }
    }
}
