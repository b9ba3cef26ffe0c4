/// How a training run is led.
public struct TrainerOptions {
    /// The score that decides which weights are the best.
    public struct Monitor: Hashable, Sendable {
        public let name: String
        public let largerIsBetter: Bool

        public init(_ name: String = "loss", largerIsBetter: Bool = false) {
            self.name = name
            self.largerIsBetter = largerIsBetter
        }
    }

    /// Ends a run whose monitored score no longer improves.
    public struct EarlyStopping: Hashable, Sendable {
        /// The run ends after so many epochs without improvement.
        public let patience: Int
        /// By how much a score must be better to count.
        public let minimumChange: Double

        public init(patience: Int, minimumChange: Double = 0) {
            self.patience = patience
            self.minimumChange = minimumChange
        }
    }

    /// When a checkpoint is written between the ends of epochs, each of which writes one.
    public struct CheckpointInterval: Hashable, Sendable {
        public let batches: Int?
        public let seconds: Double?

        public init(batches: Int? = nil, seconds: Double? = 300) {
            self.batches = batches
            self.seconds = seconds
        }
    }

    /// Whether a run goes on from the checkpoint in its folder.
    public enum Continuation: Hashable, Sendable {
        /// If there is one.
        case ifPresent
        /// There must be one.
        case required
        /// No: what the folder holds of an earlier run is removed.
        case never
    }

    /// What is shown on the standard error stream.
    public enum Display: Hashable, Sendable {
        /// A bar on a terminal, else a line now and then.
        case automatic
        case silent, lines, bar
    }

    public var epochs: Int
    public var schedule = Schedule.constant
    /// Lowers the rate beside the schedule where the monitored score no longer improves.
    public var plateau: ReduceOnPlateau?
    public var monitor = Monitor()
    public var earlyStopping: EarlyStopping?
    /// At the end the model gets the weights of the best epoch; otherwise it keeps the last ones.
    public var restoresBest = true
    /// Where checkpoints and logs lie; nil keeps none.
    public var folder: String?
    public var checkpoints = CheckpointInterval()
    public var continuation = Continuation.ifPresent
    /// Batches between two lines of the log.
    public var logInterval = 50
    /// Whether TensorBoard event files are written beside the log.
    public var tensorBoard = true
    public var display = Display.automatic
    /// Off in a process that only reads checkpoints. The trainer itself turns it off in all but the first process of a run over
    /// several (`TrainOptions.reduction`).
    public var writes = true
    /// A name for logs and messages.
    public var name = "train"
    /// Called with everything that happens.
    public var observers: [(TrainingEvent) throws -> Void] = []
    /// Asked after every batch: true ends the run with a checkpoint, as `Trainer.requestStop` does; for whoever does not hold the trainer.
    public var isStopRequested: (() -> Bool)?
    /// Called before each piece of a checkpoint is written, with the bytes before it: where tests end the process.
    package var duringWrite: ((_ file: String, _ bytes: Int) -> Void)?

    public init(epochs: Int) { self.epochs = epochs }
}
