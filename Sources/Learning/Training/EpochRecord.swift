/// What one pass over the data came to.
public struct EpochRecord: Hashable, Sendable, Codable {
    /// Counted from 1.
    public let epoch: Int
    /// Updates of the parameters since the start of the run.
    public let step: Int
    /// The mean of the training loss over the samples of the epoch, each taken before its step.
    public let loss: Double
    /// The learning rate of the last step.
    public let rate: Double
    /// On the validation data, after the epoch.
    public let scores: [Score]
    /// Seconds of training in this epoch, without validation.
    public let seconds: Double
    /// Processor seconds of the whole process in this epoch, with validation.
    public let cpuSeconds: Double
    public let samples: Int

    public init(
        epoch: Int, step: Int, loss: Double, rate: Double, scores: [Score], seconds: Double, cpuSeconds: Double, samples: Int
    ) {
        self.epoch = epoch
        self.step = step
        self.loss = loss
        self.rate = rate
        self.scores = scores
        self.seconds = seconds
        self.cpuSeconds = cpuSeconds
        self.samples = samples
    }

    public var samplesPerSecond: Double { seconds > 0 ? Double(samples) / seconds : 0 }

    /// The score of a name, nil where the validation has none of this name.
    public func score(_ name: String) -> Double? { scores.first { $0.name == name }?.value }
}
