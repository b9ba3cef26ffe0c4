public import Engine

/// The variables of a training run: what a checkpoint holds so that the continued run gives the same bits.
public final class TrainState {
    /// A parameter with what its optimizer keeps.
    struct Part {
        let name: String
        let parameter: Parameter
        let optimizer: any Optimizer
        let rateFactor: Double
        let slots: [Variable]
        /// The moving average of the parameter.
        let average: Variable?
        /// The gradients of the batches that make one update.
        let sum: Variable?
    }

    let parts: [Part]
    private let states: [(name: String, state: StateVariable)]
    /// Updates done, i64[].
    let steps = Variable("steps", [], .i64)
    /// Batches seen, i64[]: random numbers are keyed by it.
    let passes = Variable("passes", [], .i64)
    private let accumulation: Int
    private var passed = 0

    init(_ model: some Module, _ optimizer: any Optimizer, _ options: TrainOptions) throws {
        guard options.accumulation >= 1 else {
            throw LearningError("train step", "accumulation must be at least 1, got \(options.accumulation)")
        }
        accumulation = options.accumulation
        let parameters = model.parameters
        for group in options.groups where !parameters.contains(where: { group.pattern.matches($0.name) }) {
            throw LearningError("train step", "no parameter has a name like this", at: group.pattern.text)
        }
        guard parameters.contains(where: { !$0.parameter.isFrozen }) else {
            throw LearningError("train step", "nothing to train: the model has \(parameters.count) parameters, all frozen")
        }
        parts = parameters.map { name, parameter in
            let group = options.groups.first { $0.pattern.matches(name) }
            let rule = group?.optimizer ?? optimizer
            let average = options.averaging.map { _ in Variable(name + ".average", parameter.shape) }
            average?.assign(parameter.value)
            return Part(
                name: name, parameter: parameter, optimizer: rule, rateFactor: group?.rateFactor ?? 1,
                slots: rule.slots.map { Variable(name + "." + $0, rule.shape(ofSlot: $0, for: parameter.shape)) }, average: average,
                sum: options.accumulation > 1 ? Variable(name + ".sum", parameter.shape) : nil)
        }
        states = model.states
    }

    var parameters: [(name: String, parameter: Parameter)] { parts.map { ($0.name, $0.parameter) } }
    var trained: [Part] { parts.filter { !$0.parameter.isFrozen } }
    var isLastOfAccumulation: Bool { (passed + 1) % accumulation == 0 }
    func passed(_ count: Int = 1) { passed += count }

    /// Updates done.
    public var stepCount: Int { Int(steps.value.values(Int64.self)[0]) }

    /// Every variable by a name of its own: `parameter.conv.weight`, `slot.m.conv.weight`, `average.…`, `sum.…`, `state.…`.
    public var variables: [(name: String, variable: Variable)] {
        var all: [(String, Variable)] = [("steps", steps), ("passes", passes)]
        for part in parts {
            all.append(("parameter." + part.name, part.parameter.variable))
            all += zip(part.optimizer.slots, part.slots).map { ("slot.\($0).\(part.name)", $1) }
            if let average = part.average { all.append(("average." + part.name, average)) }
            if let sum = part.sum { all.append(("sum." + part.name, sum)) }
        }
        return all + states.map { ("state." + $0.name, $0.state.variable) }
    }

    /// Call after the variables were assigned from a checkpoint.
    public func restored() { passed = Int(passes.value.values(Int64.self)[0]) }

    /// Swaps parameters and their moving averages: once to evaluate with the averages, once more to train on.
    public func swapAverages() {
        for part in parts {
            guard let average = part.average else { continue }
            let (now, mean) = (part.parameter.value.detached, average.value.detached)
            part.parameter.variable.assign(mean)
            average.assign(now)
        }
    }
}

extension Tensor {
    /// The same values, independent of the variable that they were read from.
    fileprivate var detached: Tensor { Tensor(values(Float.self), shape) }
}
