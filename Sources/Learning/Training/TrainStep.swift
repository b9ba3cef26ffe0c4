public import Engine

/// One training step: loss, gradients and the optimizer's update as one compiled program.
///
/// The first batch of each shape compiles the step; later ones run it. Parameters, the optimizer's slots and the model's states
/// are updated in place.
///
///     let step = try TrainStep(model, Adam(rate: 1e-3), precision: .bf16) { model, batch, pass in
///         crossEntropy(model(batch.images, &pass), batch.labels)
///     }
///     for batch in batches { print(try step(batch)) }
public final class TrainStep<Model: Module> {
    /// The loss of a batch, a tensor without axes.
    public typealias Loss = (_ model: Model, _ batch: Batch, _ pass: inout Pass) throws -> Tensor

    public let model: Model
    public let optimizer: any Optimizer
    public let options: TrainOptions
    /// Everything that a step reads and writes; what a checkpoint has to hold.
    public let state: TrainState
    private let loss: Loss
    private var compiled: [Key: Compiled] = [:]
    /// What the step taken last was over: all processes where there are several.
    public private(set) var latest = ReducedStep(samples: 0, stops: false)

    /// - Parameter model: with its first weights.
    /// - Parameter precision: bf16 computes the heavy operations in bf16; parameters stay f32.
    /// - Throws: if an option names parameters that the model lacks, or nothing is left to train; with several processes, which all
    ///   start with the parameters of the first, if another one was not reached.
    public init(
        _ model: Model, _ optimizer: any Optimizer, precision: Program.Options.Precision = .f32, options: TrainOptions = TrainOptions(),
        loss: @escaping Loss
    ) throws {
        self.model = model
        self.optimizer = optimizer
        self.options = options.with(precision: precision)
        self.loss = loss
        state = try TrainState(model, optimizer, self.options)
        try options.reduction?.broadcast(state.variables)
    }

    /// Takes one step and returns the loss before it.
    ///
    /// - Parameter rate: the learning rate of this step; nil takes the optimizer's.
    /// - Throws: if the loss does not reach a parameter, or reads a variable that is not the model's; with several processes, if
    ///   another one was not reached. The parameters are worthless then: go on from a checkpoint.
    @discardableResult public func callAsFunction(_ batch: Batch, rate: Double? = nil) throws -> Float {
        let step = try self.step(for: batch)
        defer { state.passed() }
        // Straight into the session's memory and out of it: no tensors are made.
        for (place, column) in batch.tensors.enumerated() {
            column.withBytes { values in step.session.withInput(place) { $0.copyMemory(from: values) } }
        }
        step.session.withInput(batch.tensors.count) { $0.storeBytes(of: Float(rate ?? optimizer.rate), as: Float.self) }
        step.session.run()
        let loss = step.session.withOutput(0) { $0.load(as: Float.self) }
        latest = try options.reduction?.finished() ?? ReducedStep(samples: batch.count, stops: false)
        return loss
    }

    /// Runs the step on this batch operation by operation, changing nothing.
    ///
    /// - Throws: an error that names the first operation whose result is not finite.
    public func findNonFinite(_ batch: Batch, rate: Double? = nil) throws {
        // Over several processes it is this one's share alone: the others may not be looking.
        let program =
            options.reduction == nil ? try step(for: batch).program : try compile(batch, isLast: state.isLastOfAccumulation, reduction: nil)
        try program.check(.finite, batch.tensors + [Tensor(Float(rate ?? optimizer.rate))])
    }

    /// The compiled step for batches of this shape.
    public func program(for batch: Batch) throws -> Program { try step(for: batch).program }

    // MARK: Compilation

    private struct Key: Hashable {
        let names: [String]
        let types: [TensorType]
        let isFrozen: [Bool]
        let isLast: Bool
    }

    private struct Compiled {
        let program: Program
        let session: Session
    }

    private func step(for batch: Batch) throws -> Compiled {
        let isLast = state.isLastOfAccumulation
        let key = Key(
            names: batch.names, types: batch.tensors.map(\.type), isFrozen: state.parameters.map(\.parameter.isFrozen), isLast: isLast)
        if let step = compiled[key] { return step }
        let program = try compile(batch, isLast: isLast, reduction: options.reduction)
        let step = Compiled(program: program, session: try Session(program, threads: options.threads))
        compiled[key] = step
        return step
    }

    private func compile(_ batch: Batch, isLast: Bool, reduction: (any GradientReduction)?) throws -> Program {
        let inputs = zip(batch.names, batch.tensors).map { Tensor.input($0, $1.shape, $1.dtype) }
        let rate = Tensor.input("rate", [])
        var key = RandomKey(seed: options.seed)
        if let rank = reduction?.rank, rank > 0 { key = key.folded(in: rank) }
        var pass = Pass(isTraining: true, key: key.folded(in: state.passes.value))
        var loss = try self.loss(model, Batch(names: batch.names, tensors: inputs), &pass)
        guard loss.count == 1 else { throw LearningError("train step", "the loss must be one number, got \(loss.type): take its mean") }
        let trained = state.trained
        try checkLeaves(of: loss, trained: trained)

        var gradients = try Engine.gradients(of: loss.reshaped([]), for: trained.map(\.parameter.value))
        var updates: [(variable: Variable, value: Tensor)] = [(state.passes, state.passes.value + 1)]
        var written = pass.writes.map(\.value)
        if options.accumulation > 1 {
            let share = 1 / Double(options.accumulation)
            for (place, part) in trained.enumerated() {
                gradients[place] = part.sum!.value + gradients[place] * share
                updates.append((part.sum!, isLast ? .fill(0, part.parameter.shape) : gradients[place]))
            }
        }
        loss = loss.cast(to: .f32)
        if let reduction {
            // Between two updates the sums of gradients stay with their processes; what is decided or shown is the mean of all.
            let means = reduction.reduced([loss] + written + (isLast ? gradients : []), samples: batch.count)
            loss = means[0]
            written = Array(means[1..<1 + written.count])
            if isLast { gradients = Array(means[(1 + written.count)...]) }
        }
        updates += zip(pass.writes, written).map { ($0.state.variable, $1) }
        if isLast {
            if let clipping = options.clipping { gradients = clipping.clipped(gradients) }
            let step = state.steps.value + 1
            updates.append((state.steps, step))
            for (part, gradient) in zip(trained, gradients) {
                let new = part.optimizer.update(
                    part.parameter.value, gradient: gradient, slots: part.slots.map(\.value),
                    rate: part.rateFactor == 1 ? rate : rate * part.rateFactor, step: step.cast(to: .f32))
                updates.append((part.parameter.variable, new.parameter))
                updates += zip(part.slots, new.slots).map { ($0, $1) }
                if let decay = options.averaging, let average = part.average {
                    let kept: Tensor = average.value * decay
                    updates.append((average, kept + new.parameter * (1 - decay)))
                }
            }
        }
        return try Program(
            inputs: inputs + [rate], outputs: [loss], updates: updates, options: .init(precision: options.precision))
    }

    /// Compares the leaves of the loss with what the walk over the model found.
    private func checkLeaves(of loss: Tensor, trained: [TrainState.Part]) throws {
        let read = Set(variables(of: [loss]).map(ObjectIdentifier.init))
        let unread = trained.filter { !read.contains(ObjectIdentifier($0.parameter.variable)) }.map(\.name)
        guard unread.isEmpty else {
            throw LearningError("train step", "the loss does not depend on \(unread.joined(separator: ", ")): use or freeze them")
        }
        let known = Set(state.variables.map { ObjectIdentifier($0.variable) })
        let foreign = variables(of: [loss]).filter { !known.contains(ObjectIdentifier($0)) }
        guard foreign.isEmpty else {
            let list = foreign.map { "'\($0.name)' \($0.type)" }.joined(separator: ", ")
            throw LearningError(
                "train step",
                "the loss reads \(list), which the model's walk does not find: keep parameters and states in stored properties of Modules")
        }
    }
}
