import Learning

/// How a net learns from a stream.
public struct OnlineNetSettings: Hashable, Sendable {
    /// New samples of a step: a step is taken whenever so many have come; 1 learns event by event.
    public var fresh: Int
    /// Samples of a step that come from the memory of the stream, drawn in equal shares of the classes.
    public var recalled: Int
    /// Samples of a step that come from the old reference, drawn in equal shares of the classes.
    public var old: Int
    /// Samples of the stream, and of the old reference, that are kept.
    public var memory: Int
    /// nil takes the bundle's.
    public var loss: NetLoss?
    /// By its name in `OptimizerNames`; nil takes the bundle's, or Adam where it names none.
    public var optimizer: String?
    /// nil takes the optimizer's.
    public var rate: Double?
    /// λ of elastic weight consolidation: how strongly parameters are held that the old reference needs, beside an average one; 0 not at all.
    public var elasticity: Double
    /// How much the answers of the old net count beside the targets, on old samples where there are any; 0 not at all.
    public var distillation: Double
    /// What logits are divided by before old and new answers are compared.
    public var temperature: Double
    /// Greatest Euclidean norm of a gradient.
    public var clipping: Double
    /// Patterns of the parameters that stay as they are: `conv*`.
    public var frozen: [String]
    /// Whether new samples of a rare class count more.
    public var isBalanced: Bool
    public var seed: UInt64

    public init(
        fresh: Int = 8, recalled: Int = 8, old: Int = 16, memory: Int = 2000, loss: NetLoss? = nil, optimizer: String? = nil,
        rate: Double? = nil, elasticity: Double = 0, distillation: Double = 0, temperature: Double = 2, clipping: Double = 1,
        frozen: [String] = [], isBalanced: Bool = false, seed: UInt64 = 0
    ) {
        self.fresh = fresh
        self.recalled = recalled
        self.old = old
        self.memory = memory
        self.loss = loss
        self.optimizer = optimizer
        self.rate = rate
        self.elasticity = elasticity
        self.distillation = distillation
        self.temperature = temperature
        self.clipping = clipping
        self.frozen = frozen
        self.isBalanced = isBalanced
        self.seed = seed
    }

    /// Samples of a step.
    var batch: Int { fresh + recalled + old }

    /// - Throws: `StreamError` for what cannot be.
    func check() throws {
        func require(_ condition: Bool, _ what: String, _ found: some Any, _ range: String) throws {
            if !condition { throw StreamError("online net", "\(found) is not \(range)", at: what) }
        }
        try require((1...4096).contains(fresh), "fresh", fresh, "in 1...4096")
        try require((0...4096).contains(recalled), "recalled", recalled, "in 0...4096")
        try require((0...4096).contains(old), "old", old, "in 0...4096")
        try require((1...1 << 22).contains(memory), "memory", memory, "in 1...4194304")
        if let rate { try require(rate > 0 && rate <= 1e3, "rate", rate, "above 0 and at most 1000") }
        try require((0...1e9).contains(elasticity), "elasticity", elasticity, "in 0...10⁹")
        try require((0...1e6).contains(distillation), "distillation", distillation, "in 0...10⁶")
        try require((1e-2...1e3).contains(temperature), "temperature", temperature, "in 0.01...1000")
        try require(clipping > 0 && clipping <= 1e9, "clipping", clipping, "above 0 and at most 10⁹")
    }
}

extension OnlineNetSettings: StreamState {
    public func write(to writer: inout StateWriter) {
        writer.begin("online-net-settings")
        for number in [fresh, recalled, old, memory] { writer.write(number) }
        writer.write(loss?.named.name ?? "")
        writer.write(loss?.strength ?? 0)
        writer.write(optimizer ?? "")
        for number in [rate ?? 0, elasticity, distillation, temperature, clipping] { writer.write(number) }
        writer.write(frozen.count)
        for pattern in frozen { writer.write(pattern) }
        writer.write(isBalanced)
        writer.write(seed)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin("online-net-settings")
        func count(_ what: String) throws -> Int { try reader.int(what, in: 0...1 << 22) }
        self.init(
            fresh: try count("fresh"), recalled: try count("recalled"), old: try count("old"), memory: try count("memory"))
        let name = try reader.text("loss"), strength = try reader.finite("loss strength")
        if !name.isEmpty {
            guard let loss = NetLoss(name, strength: strength) else {
                throw StreamError("state", "'\(name)' \(strength) is no loss", at: "loss")
            }
            self.loss = loss
        }
        let optimizer = try reader.text("optimizer")
        self.optimizer = optimizer.isEmpty ? nil : optimizer
        let rate = try reader.finite("rate")
        self.rate = rate == 0 ? nil : rate
        elasticity = try reader.finite("elasticity")
        distillation = try reader.finite("distillation")
        temperature = try reader.finite("temperature")
        clipping = try reader.finite("clipping")
        for _ in 0..<(try reader.int("patterns", in: 0...1024)) { frozen.append(try reader.text("pattern")) }
        isBalanced = try reader.truth("balance")
        seed = try reader.number(UInt64.self, "seed")
        try check()
    }
}
