import Engine
import Formats
public import Learning

/// A bundle's net that goes on learning from a stream, in bounded memory and time per sample.
///
/// New samples are learned in steps of `settings.fresh`, together with some that the memory of the stream keeps and some of the old
/// reference (`anchor(on:)`); parameters that the old reference needs are held, and answers of the old net count as targets, as the settings
/// say. A step whose gradient is not finite changes nothing and is counted. The layers work as in inference: nothing is dropped, running
/// statistics stay. One thread computes, and one owner calls; equal settings and samples give equal bits, also when the net is saved and
/// restored in between.
///
///     let net = try OnlineNet(bundle, OnlineNetSettings(elasticity: 100))
///     try net.anchor(on: oldSamples)
///     for sample in stream { net.learn(sample.row, target: sample.target) }
///     let next = try net.bundle(training: record)
public final class OnlineNet {
    /// The bundle as it was given.
    public let original: ModelBundle
    public let settings: OnlineNetSettings
    public let ports: NetPorts
    public let loss: NetLoss
    /// The parameters that learning changes.
    public var trained: [String] { parts.map(\.name) }
    /// Samples learned, and samples that could not be.
    public internal(set) var learned = 0
    public internal(set) var refused = 0

    /// A parameter with what belongs to it.
    struct Part {
        let name: String
        let variable: Variable
        let slots: [Variable]
        /// How much the old reference needs the parameter, and its old value; nil where nobody asks.
        let importance: Variable?
        let anchor: Variable?
    }

    let variables: [String: Variable]
    let parts: [Part]
    let optimizer: any Optimizer
    /// Updates done, and steps left out because their gradient was not finite: i64[].
    let updates = Variable("updates", [], .i64), skips = Variable("skips", [], .i64)
    /// Deviations of the targets, [targetWidth]: errors are measured in them.
    let spread: Variable
    var anchors = 0  // how often the net was anchored
    var random: SplitMix
    var pending: SampleSet
    var pendingWeights: [Float] = []
    var stream: ReplayMemory
    var reference: ReplayMemory
    var balance: ClassBalance?
    let stepper: NetStep
    private let single: NetAnswers
    private let many: NetAnswers

    /// - Parameter goal: nil takes what the bundle says (`NetPorts`).
    /// - Throws: `StreamError` if a setting or the bundle does not fit, or nothing is left to train.
    public init(_ bundle: ModelBundle, _ settings: OnlineNetSettings = OnlineNetSettings(), goal: NetGoal? = nil) throws {
        try settings.check()
        let ports = try NetPorts(bundle, goal: goal), variables = bundle.variables()
        loss = try NetLoss(settings.loss.map(\.named) ?? bundle.loss, for: ports.goal)
        let rate = settings.rate ?? (settings.optimizer == nil ? bundle.optimizer?.settings["rate"]?.double : nil)
        var own: [String: Double] = [:]
        if settings.optimizer == nil, let given = bundle.optimizer {
            for (key, value) in given.settings where key != "rate" { own[key] = value.double ?? .nan }
        }
        optimizer = try OptimizerNames.make(settings.optimizer ?? bundle.optimizer?.name ?? "adam", rate: rate, settings: own)
        parts = try Self.parts(of: bundle, variables, ports, settings, optimizer)
        original = bundle
        self.settings = settings
        self.ports = ports
        self.variables = variables
        spread = Variable("spread", .ones([max(1, ports.targetWidth)]))
        random = SplitMix(seed: settings.seed)
        pending = SampleSet(inputWidth: ports.inputWidth, targetWidth: ports.targetWidth)
        func memory(_ isUsed: Bool) -> ReplayMemory {
            ReplayMemory(
                capacity: isUsed ? settings.memory : 1, inputWidth: ports.inputWidth, targetWidth: ports.targetWidth, classes: ports.classes
            )
        }
        stream = memory(settings.recalled > 0)
        reference = memory(settings.old > 0)
        if case .classes(let count) = ports.goal, settings.isBalanced {
            guard count <= 1024 else {
                throw StreamError("online net", "\(count) classes cannot be balanced, at most 1024", at: bundle.name)
            }
            balance = ClassBalance(classes: count)
        }
        single = try NetAnswers(bundle, ports, variables, batch: 1)
        many = try NetAnswers(bundle, ports, variables, batch: 32)
        stepper = try NetStep(
            bundle, ports, settings, loss, optimizer, variables, parts, spread: spread, updates: updates, skips: skips)
    }

    private static func parts(
        of bundle: ModelBundle, _ variables: [String: Variable], _ ports: NetPorts, _ settings: OnlineNetSettings,
        _ optimizer: any Optimizer
    ) throws -> [Part] {
        let names = bundle.trainable, answer = try bundle.forward(["batch": 1], reading: variables).outputs[0]
        let read = Set(Engine.variables(of: [answer]).map(\.name))
        for pattern in settings.frozen where !names.contains(where: NamePattern(pattern).matches) {
            throw StreamError("online net", "no parameter has a name like this", at: pattern)
        }
        let parts = try names.filter { name in
            read.contains(name) && !settings.frozen.contains { NamePattern($0).matches(name) }
        }.map { name in
            let variable = variables[name]!, shape = variable.type.shape
            guard variable.type.dtype == .f32 else {
                throw StreamError("online net", "is \(variable.type), only f32 is trained", at: name)
            }
            let isHeld = settings.elasticity > 0
            let anchor = isHeld || settings.distillation > 0 ? Variable(name + ".anchor", variable.value) : nil
            return Part(
                name: name, variable: variable,
                slots: optimizer.slots.map { Variable(name + "." + $0, optimizer.shape(ofSlot: $0, for: shape)) },
                importance: isHeld ? Variable(name + ".importance", shape) : nil, anchor: anchor)
        }
        guard !parts.isEmpty else {
            throw StreamError(
                "online net", "nothing to train: the bundle has \(names.count) parameters, all frozen or unread", at: bundle.name)
        }
        return parts
    }

    // MARK: Answering

    /// The bundle's answer to a row: probabilities or unnormalised for classes, as the bundle gives them.
    public func answer(_ row: some Collection<Float>, into answer: inout [Float]) {
        single.answer(row, into: &answer)
    }

    public func answer(_ row: some Collection<Float>) -> [Float] {
        var answer = Array(repeating: Float(0), count: ports.answerWidth)
        single.answer(row, into: &answer)
        return answer
    }

    /// The answers to all samples of a set, row by row. In a batch they may round otherwise than alone.
    public func answers(to samples: SampleSet) -> [Float] { many.answers(to: samples) }

    /// Whether answers of classes are probabilities; else they are not normalised.
    public var answersProbabilities: Bool { single.isNormalized }

    /// How wrong each answer to a set is: for classes 1 or 0, for numbers the mean |difference| in deviations of the targets.
    public func errors(on samples: SampleSet) -> [Double] {
        let answers = answers(to: samples), spread = spreads, width = ports.answerWidth
        return (0..<samples.count).map { place in
            ports.error(
                answers[place * width..<(place + 1) * width],
                ports.targetWidth > 0 ? samples.target(place) : samples.input(place), spread: spread)
        }
    }

    /// Deviations of the targets, measured on the old reference; 1 before.
    public var spreads: [Float] { spread.value.values(Float.self) }

    // MARK: What has become of it

    /// Updates of the parameters, and steps that were left out because their gradient was not finite.
    public var updateCount: Int { Int(updates.value.values(Int64.self)[0]) }
    public var skippedCount: Int { Int(skips.value.values(Int64.self)[0]) }

    /// The bundle with the parameters as they are now.
    public func bundle(training: TrainingRecord, card: String? = nil) throws -> ModelBundle {
        let values = Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0.variable.value.copied) })
        return try original.replacing(values, training: training, card: card ?? original.card)
    }

    /// Takes the parameters of another bundle of the same graph; what was remembered stays.
    public func adopt(_ bundle: ModelBundle) throws {
        for part in parts {
            guard let weight = bundle[part.name], weight.values.type == part.variable.type else {
                throw StreamError("online net", "the other bundle has no such parameter of \(part.variable.type)", at: part.name)
            }
        }
        for part in parts { part.variable.assign(bundle[part.name]!.values) }
    }

    /// What the net holds at most, in bytes: parameters, what the optimizer and the anchor keep, samples, working memory, the graph.
    public var memoryLimit: Int { fixedBytes + stream.memoryLimit + reference.memoryLimit }
    public var memoryBytes: Int { fixedBytes + stream.memoryBytes + reference.memoryBytes }

    private var fixedBytes: Int {
        let kept = parts.reduce(0) { sum, part in
            ([part.importance, part.anchor].compactMap { $0 } + part.slots).reduce(sum) { $0 + $1.type.bytes }
        }
        let weights = original.weights.reduce(0) { $0 + 2 * $1.values.type.bytes }
        let rows = SampleSet.bytes(settings.fresh, inputWidth: ports.inputWidth, targetWidth: ports.targetWidth + 1)
        return kept + weights + rows + single.bytes + many.bytes + stepper.bytes
    }
}
