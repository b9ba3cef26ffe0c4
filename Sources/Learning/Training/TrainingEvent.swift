/// What happens in a training run, for observers.
public enum TrainingEvent: Sendable {
    /// The run starts, or goes on after so many updates.
    case began(step: Int)
    /// A batch was learnt from.
    case batch(epoch: Int, batch: Int, step: Int, loss: Double, rate: Double)
    /// A pass over the data ended and was validated.
    case epoch(EpochRecord, isBest: Bool)
    /// A checkpoint was written.
    case checkpoint(path: String, step: Int)
    /// Something to be known, in words: overfitting, a rate that was lowered.
    case warning(String)
    case ended(TrainingResult)
}
