import Engine
import Learning
import Testing

private struct Descent: Optimizer {
    var name: String { "descent" }
    var rate = 0.1
    var settings: [String: Double] { [:] }
    var slots: [String] { [] }
    func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (parameter: Tensor, slots: [Tensor])
    {
        (parameter - gradient * rate, [])
    }
}

private struct Perceptron: Module {
    let first = Parameter([8, 3], .heNormal), bias = Parameter([8]), second = Parameter([2, 8], .glorotUniform)
    let seen = StateVariable([], initially: 5)
    var drop = 0.0
    func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
        if pass.isTraining { pass.write(seen, seen.value + 1) }
        var hidden = linear(x, first.value, bias.value).relu()
        if drop > 0, pass.isTraining { hidden = hidden.dropout(drop, key: pass.key()) }
        return linear(hidden, second.value)
    }
}

@Suite("TrainStep") struct TrainStepTests {
    private let batch = Batch([
        "x": Tensor((0..<24).map { Float($0 * 7 % 11) / 5 - 1 }, [8, 3]), "y": Tensor((0..<8).map { Int32($0 % 2) }),
    ])

    private func step(_ options: TrainOptions = TrainOptions(), drop: Double = 0, prepare: (Perceptron) throws -> Void = { _ in }) throws
        -> TrainStep<Perceptron>
    {
        let model = Perceptron(drop: drop).initialized(seed: 3)
        try prepare(model)
        return try TrainStep(model, Descent(), options: options) { model, batch, pass in
            softmaxCrossEntropy(model(batch.x, &pass), batch.y).mean()
        }
    }

    private func half(_ range: Range<Int>) -> Batch {
        Batch(names: batch.names, tensors: batch.tensors.map { $0.sliced(range, 0) })
    }

    @Test func `the loss falls and states are written once a step`() throws {
        let step = try step()
        let losses = try (0..<50).map { _ in try step(batch) }
        #expect(losses.last! < losses.first! * 0.95)
        #expect(step.model.seen.value.scalar == 55)
        #expect(step.state.stepCount == 50)
    }

    @Test func `a loss that reads what the model does not hold is refused`() throws {
        let model = Perceptron().initialized(seed: 3)
        func refusal(_ foreign: Variable) throws -> String? {
            let step = try TrainStep(model, Descent()) { model, batch, pass in
                softmaxCrossEntropy(model(batch.x, &pass), batch.y).mean() + foreign.value.sum()
            }
            do { try step(batch) } catch { return "\(error)" }
            return nil
        }
        let lost = Parameter([2]), named = Variable("temperature", [])
        #expect(
            try refusal(lost.variable)
                == "train step: the loss reads 'parameter' f32[2], which the model's walk does not find: keep parameters and states in stored properties of Modules"
        )
        let other = try #require(try refusal(named))
        #expect(other.contains("the loss reads 'temperature' f32[], which the model's walk does not find"))
        #expect(try refusal(model.second.variable) == nil)
    }

    @Test func `a seed fixes the bits, dropout included`() throws {
        func weights(seed: UInt64) throws -> [Float] {
            let step = try step(TrainOptions(seed: seed), drop: 0.5)
            for _ in 0..<5 { try step(batch) }
            return step.model.first.value.values()
        }
        #expect(try weights(seed: 1) == weights(seed: 1))
        #expect(try weights(seed: 1) != weights(seed: 2))
    }

    @Test func `two accumulated halves make the update of the whole`() throws {
        let whole = try step(), halves = try step(TrainOptions(accumulation: 2))
        for _ in 0..<3 {
            try whole(batch)
            try halves(half(0..<4))
            try halves(half(4..<8))
        }
        for (a, b) in zip(whole.model.first.value.values(Float.self), halves.model.first.value.values(Float.self)) {
            #expect(abs(a - b) < 1e-6)
        }
        #expect(halves.state.stepCount == 3)
    }

    @Test func `frozen parameters stay, groups have a rate of their own`() throws {
        let step = try step(TrainOptions(groups: [ParameterGroup("second", rateFactor: 0)])) { try $0.setFrozen(matching: "bi*") }
        let before = step.model.parameters.map { $0.parameter.value.values(Float.self) }
        try step(batch)
        let after = step.model.parameters.map { $0.parameter.value.values(Float.self) }
        #expect(zip(before, after).map { $0 == $1 } == [false, true, true])
    }

    @Test func `the norm of all gradients is clipped together`() throws {
        let step = try step(TrainOptions(clipping: .norm(0.01)))
        let before = step.model.parameters.flatMap { $0.parameter.value.values(Float.self) }
        try step(batch)
        let after = step.model.parameters.flatMap { $0.parameter.value.values(Float.self) }
        let norm = zip(before, after).map { Double($0 - $1) * Double($0 - $1) }.reduce(0, +).squareRoot()
        #expect(abs(norm / 0.1 - 0.01) < 1e-4)
    }

    @Test func `the moving average follows and can be swapped in`() throws {
        let step = try step(TrainOptions(averaging: 0.9))
        let before = step.model.first.value.values(Float.self)
        try step(batch)
        let after = step.model.first.value.values(Float.self)
        step.state.swapAverages()
        for (mean, (a, b)) in zip(step.model.first.value.values(Float.self), zip(before, after)) {
            #expect(abs(mean - (0.9 * a + 0.1 * b)) < 1e-6)
        }
        step.state.swapAverages()
        #expect(step.model.first.value.values(Float.self) == after)
    }

    @Test func `what the loss leaves out is named`() throws {
        let step = try TrainStep(Perceptron().initialized(seed: 1), Descent()) { model, batch, pass in
            softmaxCrossEntropy(linear(linear(batch.x, model.first.value), model.second.value), batch.y).mean()
        }
        #expect(throws: LearningError("train step", "the loss does not depend on bias: use or freeze them")) { try step(batch) }
        #expect(throws: LearningError("train step", "no parameter has a name like this", at: "head.*")) {
            try self.step(TrainOptions(groups: [ParameterGroup("head.*")]))
        }
    }
}
