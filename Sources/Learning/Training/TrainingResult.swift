/// What a training run came to.
public struct TrainingResult: Hashable, Sendable, Codable {
    /// The best value of the monitored score.
    public struct Best: Hashable, Sendable, Codable {
        public let score: Score
        public let epoch: Int
    }

    /// Why a run is over.
    public enum Ending: String, Hashable, Sendable, Codable {
        /// All epochs are done.
        case finished
        /// The monitored score did not improve for the patience given.
        case stoppedEarly
        /// It was asked to stop; the checkpoint continues it.
        case interrupted
    }

    public let ending: Ending
    public let history: [EpochRecord]
    /// Updates of the parameters.
    public let steps: Int
    /// The epoch whose weights the model has now, unless the run was interrupted or is told to keep the last ones.
    public let best: Best?
    public let warnings: [String]
    /// Seconds and processor seconds over all parts of the run.
    public let seconds: Double
    public let cpuSeconds: Double
}
