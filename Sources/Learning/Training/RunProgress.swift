/// Where a run stands: all that a continued run needs to know beside its variables.
struct RunProgress: Hashable, Sendable, Codable {
    /// What must not change between the parts of a run.
    struct Identity: Hashable, Sendable, Codable {
        let optimizer: String
        let rate: Double
        let settings: [String: Double]
        let seed: UInt64
        let accumulation: Int
        let averaging: Double?
        let precision: String
        let samples: Int
        let batchSize: Int
    }

    struct Best: Hashable, Sendable, Codable {
        let value: Double
        let epoch: Int
        let step: Int
    }

    let identity: Identity
    /// The epoch that is under way, from 1.
    var epoch = 1
    /// The batch of that epoch that comes next.
    var batch = 0
    /// Batches seen in all.
    var passes = 0
    /// Updates of the parameters.
    var step = 0
    /// Sum of the losses of this epoch's samples.
    var lossSum = 0.0
    var lossSamples = 0
    /// The same since the last line of the log.
    var lineSum = 0.0
    var lineSamples = 0
    var rate = 0.0
    var epochSeconds = 0.0
    var epochCPU = 0.0
    var seconds = 0.0
    var cpuSeconds = 0.0
    var history: [EpochRecord] = []
    var best: Best?
    var plateau: ReduceOnPlateau?
    var warnings: [String] = []
    /// Bytes of the log that belong to the run up to here.
    var logBytes = 0
    var ending: TrainingResult.Ending?

    init(identity: Identity, plateau: ReduceOnPlateau?) {
        self.identity = identity
        self.plateau = plateau
    }
}

extension RunProgress.Identity {
    /// What differs from another run, in words; nil where a checkpoint of one may be continued by the other.
    func difference(from stored: Self) -> String? {
        func compare(_ name: String, _ now: some Equatable, _ then: some Equatable) -> String? {
            "\(now)" == "\(then)" ? nil : "\(name) is \(now), the checkpoint has \(then)"
        }
        func text(_ settings: [String: Double]) -> String {
            settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        let found = [
            compare("the optimizer", optimizer, stored.optimizer), compare("the rate", rate, stored.rate),
            compare("the optimizer's setting", text(settings), text(stored.settings)), compare("the seed", seed, stored.seed),
            compare("the accumulation", accumulation, stored.accumulation),
            compare("the averaging", averaging ?? 0, stored.averaging ?? 0), compare("the precision", precision, stored.precision),
            compare("the number of samples", samples, stored.samples), compare("the batch size", batchSize, stored.batchSize),
        ].compactMap { $0 }
        return found.isEmpty ? nil : found.joined(separator: "; ")
    }
}
