import Engine
import Learning

/// A step of learning on the spot as one compiled program:
///
///     L = Σ w loss(f(x; θ), y) / n + δ · distillation(f(x; θ*), f(x; θ))
///     θ ← optimizer(θ, ∇L clipped)
///     θ ← (θ + rate λ F θ*) / (1 + rate λ F)
///
/// θ* are the old parameters and F how much the old reference needs each. The pull towards the old parameters is taken implicitly, so it
/// is stable however strong it is, and apart from the optimizer, as AdamW takes its decay. Distillation compares the answers of old and new
/// net: for classes T² times the cross-entropy of softmax(logits / T), for numbers the mean square in deviations of the targets.
///
/// Kirkpatrick and others: Overcoming catastrophic forgetting in neural networks (PNAS 2017). Li, Hoiem: Learning without forgetting
/// (ECCV 2016). Hinton, Vinyals, Dean: Distilling the knowledge in a neural network (2015).
struct NetStep {
    private let session: Session
    private let ports: NetPorts
    private let batch: Int
    /// Where the rows of the old reference begin; the last of the batch.
    private let firstOld: Int
    private let isDistilling: Bool

    init(
        _ bundle: ModelBundle, _ ports: NetPorts, _ settings: OnlineNetSettings, _ loss: NetLoss, _ optimizer: any Optimizer,
        _ variables: [String: Variable], _ parts: [OnlineNet.Part], spread: Variable, updates: Variable, skips: Variable
    ) throws {
        self.ports = ports
        batch = settings.batch
        firstOld = settings.old > 0 ? batch - settings.old : 0
        isDistilling = settings.distillation > 0
        let forward = try bundle.forward(["batch": batch], reading: variables)
        let rate = Tensor.input("rate", []), weights = Tensor.input("weights", [batch])
        var inputs = forward.inputs
        let answers = ports.lossInput(forward.outputs[0], named: bundle.signature.outputs[0].name, spread: spread.value)
        var target: Tensor
        switch ports.goal {
        case .classes:
            target = .input("target", [batch], .i32)
            inputs.append(target)
        case .numbers:
            target = .input("target", [batch, ports.targetWidth])
            inputs.append(target)
            target = target / spread.value
        case .reconstruction: target = forward.inputs[0].reshaped([batch, ports.answerWidth])
        }
        inputs += [weights, rate]
        var total = loss.mean(answers, target, weights: weights)
        if isDistilling {
            let old = Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0.anchor!) }), count = batch - firstOld
            let teacher = try bundle.forward(["batch": count], reading: variables.merging(old) { $1 })
            inputs += teacher.inputs
            let taught = ports.lossInput(teacher.outputs[0], named: bundle.signature.outputs[0].name, spread: spread.value).stopGradient()
            let share = weights.sliced(firstOld..<batch, 0), own = answers.sliced(firstOld..<batch, 0), t = settings.temperature
            let gap =
                switch ports.goal {
                case .classes: crossEntropy(own * (1 / t), (taught * (1 / t)).softmax(), weights: share, reduction: .sum) * (t * t)
                default: meanSquaredError(own, taught, weights: share, reduction: .sum) * (1 / Double(ports.answerWidth))
                }
            total = total + gap * settings.distillation / present(share)
        }

        let gradients = try Engine.gradients(of: total.reshaped([]), for: parts.map(\.variable.value))
        let squares = gradients.map { $0.square().sum() }, norm = squares.dropFirst().reduce(squares[0], +).sqrt()
        let isUsable = norm.isFinite(), factor = minimum(settings.clipping / (norm + 1e-12), 1)
        let count = updates.value + 1
        var changes = [
            (variable: updates, value: select(isUsable, count, updates.value)),
            (variable: skips, value: select(isUsable, skips.value, skips.value + 1)),
        ]
        for (part, gradient) in zip(parts, gradients) {
            var new = optimizer.update(
                part.variable.value, gradient: gradient * factor, slots: part.slots.map(\.value), rate: rate, step: count.cast(to: .f32))
            if let importance = part.importance, let anchor = part.anchor {
                let pull = importance.value * (rate * settings.elasticity)
                new.parameter = (new.parameter + pull * anchor.value) / (1 + pull)
            }
            changes.append((part.variable, select(isUsable, new.parameter, part.variable.value)))
            for (slot, value) in zip(part.slots, new.slots) { changes.append((slot, select(isUsable, value, slot.value))) }
        }
        session = try Session(
            Program(inputs: inputs, outputs: [total.reshaped([])], updates: changes, options: .init(shards: 1)), threads: 1)
    }

    /// A sample of a step and the place that it takes in the batch.
    func put(_ place: Int, _ row: some Collection<Float>, _ target: some Collection<Float>, weight: Float) {
        ports.put(row, at: place, of: session)
        if isDistilling, place >= firstOld { ports.put(row, at: place - firstOld, of: session, firstInput: teacherInput) }
        switch ports.goal {
        case .classes:
            session.withInput(ports.inputs.count) { memory in
                memory.bindMemory(to: Int32.self)[place] = target.first.flatMap { Int32(exactly: $0) } ?? 0
            }
        case .numbers:
            session.withInput(ports.inputs.count) { memory in
                let own = memory.bindMemory(to: Float.self)
                for (column, number) in target.enumerated() { own[place * ports.targetWidth + column] = number }
            }
        case .reconstruction: break
        }
        session.withInput(weightInput) { $0.bindMemory(to: Float.self)[place] = weight }
    }

    /// Leaves a place of the batch empty: a row of zeros that counts nothing.
    func clear(_ place: Int) {
        put(place, repeatElement(0, count: ports.inputWidth), repeatElement(0, count: ports.targetWidth), weight: 0)
    }

    /// Takes the step and answers the loss before it.
    @discardableResult func run(rate: Double) -> Float {
        session.withInput(weightInput + 1) { $0.storeBytes(of: Float(rate), as: Float.self) }
        session.run()
        return session.withOutput(0) { $0.load(as: Float.self) }
    }

    private var weightInput: Int { ports.inputs.count + (ports.goal == .reconstruction ? 0 : 1) }
    private var teacherInput: Int { weightInput + 2 }
    var bytes: Int { session.bytes }
}

extension NetPorts {
    /// What a loss is computed from: logits of classes, numbers in deviations of the targets, [batch, answerWidth].
    func lossInput(_ answers: Tensor, named port: String, spread: Tensor) -> Tensor {
        let flat = answers.reshaped(Shape([answers.shape[0], answerWidth]))
        switch goal {
        // The logarithm of probabilities is logits as well.
        case .classes: return answers.logits ?? (port == "probabilities" ? maximum(flat, 1e-7).log() : flat)
        case .numbers: return flat / spread
        case .reconstruction: return flat
        }
    }

    /// How wrong an answer is: for classes 1 or 0, for numbers the mean |difference| in deviations of the targets.
    func error(_ answer: ArraySlice<Float>, _ target: ArraySlice<Float>, spread: [Float]) -> Double {
        if case .classes = goal { return label(target) == greatest(Array(answer)) ? 0 : 1 }
        var sum = 0.0
        for (column, (answer, target)) in zip(answer, target).enumerated() {
            let unit = goal == .numbers ? spread[column] : 1
            sum += Double(((answer - target) / unit).magnitude)
        }
        return sum.isFinite ? sum / Double(answerWidth) : 1e12
    }
}
