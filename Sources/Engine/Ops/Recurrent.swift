import CKernels

/// The cells of recurrent layers.
public enum RecurrentKind: String, Codable, Sendable, CaseIterable {
    /// i, f, o = σ(W x + U h + b), g = tanh(…), c' = f c + i g, h' = o tanh(c') (Hochreiter & Schmidhuber 1997; gates in the order i, f, g, o)
    case lstm
    /// r, z = σ(…), n = tanh(W x + b + r (U h + b')), h' = (1 - z) n + z h (Cho et al. 2014; gates in the order r, z, n)
    case gru
    /// h' = tanh(W x + U h + b) (Elman 1990)
    case tanh
    /// h' = max(0, W x + U h + b)
    case relu

    /// Rows of the weights for one unit.
    public var gates: Int {
        switch self {
        case .lstm: 4
        case .gru: 3
        case .tanh, .relu: 1
        }
    }

    var code: Int32 {
        switch self {
        case .lstm: Int32(MK_RECURRENT_LSTM)
        case .gru: Int32(MK_RECURRENT_GRU)
        case .tanh: Int32(MK_RECURRENT_TANH)
        case .relu: Int32(MK_RECURRENT_RELU)
        }
    }
}

/// The parameters of one recurrent layer in one direction, laid out as PyTorch does.
public struct RecurrentWeights: Sendable {
    /// [gates · hidden, inputs]
    public var input: Tensor
    /// [gates · hidden, hidden]
    public var hidden: Tensor
    /// [gates · hidden] each; both or none.
    public var biases: (input: Tensor, hidden: Tensor)?

    public init(input: Tensor, hidden: Tensor, biases: (input: Tensor, hidden: Tensor)? = nil) {
        self.input = input
        self.hidden = hidden
        self.biases = biases
    }
}

/// What a recurrent layer remembers between two steps: [batch, hidden].
public struct RecurrentState: Sendable {
    public var hidden: Tensor
    /// The cell of an LSTM.
    public var cell: Tensor?

    public init(hidden: Tensor, cell: Tensor? = nil) {
        self.hidden = hidden
        self.cell = cell
    }
}

/// One recurrent layer over whole sequences.
///
/// - Parameters:
///   - kind: the cell: LSTM, GRU or a plain one.
///   - x: [batch, time, inputs]
///   - weights: of this direction.
///   - initial: the state before the first step; zeros if left out.
///   - lengths: valid steps of each sequence [batch]: what follows is 0 in the result, and the last state is the one at
///     the end of the sequence.
///   - reverse: each sequence is read from its last valid step to its first.
/// - Returns: the states of all steps [batch, time, hidden] in the order of time, and the state after the last one computed.
///   Who needs only that should read `last.hidden` rather than the last step of `y`.
public func recurrent(
    _ kind: RecurrentKind, _ x: Tensor, _ weights: RecurrentWeights, initial: RecurrentState? = nil, lengths: Tensor? = nil,
    reverse: Bool = false
) -> (y: Tensor, last: RecurrentState) {
    let op = Recurrent(kind: kind, reverse: reverse, hasBias: weights.biases != nil, hasInitial: initial != nil, hasLengths: lengths != nil)
    var operands = [x, weights.input, weights.hidden]
    if let biases = weights.biases { operands += [biases.input, biases.hidden] }
    if let initial {
        operands.append(initial.hidden)
        if kind == .lstm { operands.append(initial.cell ?? .zeros(initial.hidden.shape, x.dtype)) }
    }
    if let lengths { operands.append(lengths.cast(to: .i32)) }
    let results = Tensor.makeAll(op, operands)
    return (results[0], RecurrentState(hidden: results[1], cell: kind == .lstm ? results[2] : nil))
}

/// Recurrent layers one above the other, each in one direction or in both.
///
/// - Parameters:
///   - kind: the cell of all layers.
///   - x: [batch, time, inputs]
///   - layers: for each layer the weights of the forward direction and, if it has one, of the backward direction. Upper
///     layers of two directions receive both results side by side.
///   - initial: states in the order of layers, then directions, as `last` returns them.
///   - lengths: valid steps of each sequence [batch]; all of them if left out.
///   - between: applied to what one layer hands to the next (dropout).
/// - Returns: the results of the top layer [batch, time, directions · hidden] and all last states.
public func recurrent(
    _ kind: RecurrentKind, _ x: Tensor, layers: [[RecurrentWeights]], initial: [RecurrentState]? = nil, lengths: Tensor? = nil,
    between: (Tensor) -> Tensor = { $0 }
) -> (y: Tensor, last: [RecurrentState]) {
    var y = x, last: [RecurrentState] = []
    for (number, directions) in layers.enumerated() {
        demand((1...2).contains(directions.count), "recurrent: a layer has one direction or two, not \(directions.count)")
        if number > 0 { y = between(y) }
        let below = y
        let parts = directions.enumerated().map { direction, weights in
            let part = recurrent(kind, below, weights, initial: initial?[last.count], lengths: lengths, reverse: direction == 1)
            last.append(part.last)
            return part.y
        }
        y = concatenate(parts, 2)
    }
    return (y, last)
}

/// Sizes of a recurrent layer, checked once for all its operations.
struct RecurrentSizes {
    let batch: Int, time: Int, inputs: Int, hidden: Int
    let gates: Int

    init(_ kind: RecurrentKind, x: Shape, hidden: Int) {
        (batch, time, inputs) = (x[0], x[1], x[2])
        self.hidden = hidden
        gates = kind.gates
    }

    /// Elements that one sequence keeps for the gradient.
    var saved: Int { gates == 1 ? (time + 1) * hidden : time * gates * hidden + 2 * (time + 1) * hidden }
    var work: Int { 2 * batch * time * gates * hidden * (inputs + hidden) }
}

/// One layer in one direction. Operands: x, input weights, hidden weights, then input and hidden bias, initial hidden state
/// (and cell), lengths (i32), as far as there are any. Results: all states, the last state (and cell), and what the
/// gradient needs; its order inside is that of the kernels.
struct Recurrent: PortableOp {
    let kind: RecurrentKind
    var reverse = false
    var hasBias = false
    var hasInitial = false
    var hasLengths = false
    var name: String { kind == .lstm || kind == .gru ? kind.rawValue : "rnn." + kind.rawValue }

    /// Places of the operands.
    var initialPlace: Int { hasBias ? 5 : 3 }
    var lengthsPlace: Int { initialPlace + stateCount }
    private var stateCount: Int { hasInitial ? states : 0 }
    /// An LSTM's state has two parts.
    var states: Int { kind == .lstm ? 2 : 1 }
    var operandCount: Int { lengthsPlace + (hasLengths ? 1 : 0) }

    func sizes(_ operands: [TensorType]) -> RecurrentSizes { RecurrentSizes(kind, x: operands[0].shape, hidden: operands[2].shape[1]) }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(operandCount...operandCount, operands)
        let values = Array(operands.prefix(lengthsPlace))
        try requireFloat(values)
        try requireSameType(values)
        guard operands[0].shape.rank == 3 else { throw refuse("the input must be [batch, time, inputs]", operands) }
        guard operands[2].shape.rank == 2 else { throw refuse("the hidden weights must be [\(kind.gates) · hidden, hidden]", operands) }
        let s = sizes(operands), rows = s.gates * s.hidden
        guard operands[2].shape == [rows, s.hidden] else {
            throw refuse("the hidden weights must be [\(kind.gates) · hidden, hidden]", operands)
        }
        guard operands[1].shape == [rows, s.inputs] else { throw refuse("the input weights must be [\(rows), \(s.inputs)]", operands) }
        if hasBias, let odd = operands[3...4].first(where: { $0.shape != [rows] }) {
            throw refuse("a bias must be [\(rows)], got \(odd.shape)", operands)
        }
        for state in operands[initialPlace..<lengthsPlace] where state.shape != [s.batch, s.hidden] {
            throw refuse("an initial state must be [\(s.batch), \(s.hidden)], got \(state.shape)", operands)
        }
        if hasLengths, operands[lengthsPlace] != TensorType([s.batch], .i32) { throw refuse("lengths must be i32[\(s.batch)]", operands) }
        let dtype = operands[0].dtype
        return [TensorType([s.batch, s.time, s.hidden], dtype)] + (0..<states).map { _ in TensorType([s.batch, s.hidden], dtype) }
            + [TensorType([s.batch, s.saved], ComputeClass(dtype).dtype)]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        demand(call.flow.last! == nil, "recurrent: what is kept for the gradient has no gradient itself")
        let flow = Array(call.flow.dropLast())
        let op = RecurrentGradient(layer: self, flows: flow.map { $0 != nil })
        let results = Tensor.makeAll(op, call.operands + [call.results.last!] + flow.compactMap { $0 })
        return results + (hasLengths ? [nil] : [])
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        [Split(parts, results.map { _ in .slice })]
    }

    var parts: [Split.Part] { (0..<operandCount).map { $0 == 0 || $0 >= initialPlace ? .slice : .whole } }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int { sizes(operands).work }

    /// In f32 the weights are packed by a step of their own: once for constants, once a run for parameters.
    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        guard operands[0].dtype == .f32 else { return nil }
        let hidden = operands[2].shape[1]
        let packed = try Tensor.apply(RecurrentPack(kind: kind), Array(operands[1..<initialPlace]))
        return try Tensor.apply(PackedRecurrent(layer: self, hidden: hidden), [operands[0]] + packed + operands[initialPlace...])
    }

    /// The last step of a layer's result is its last state, which needs no copy and spares writing the other steps.
    static func lastState(_ y: Tensor, _ cuts: [Cut]) -> Tensor? {
        guard let layer = y.node.op as? Recurrent, !y.node.isLeaf, y.index == 0, layer.endsWithLastStep, cuts.areLastStep(of: y.shape)
        else { return nil }
        return Tensor(y.node, 1).expanded(1)
    }

    /// In the order of time, the state after the last step is the last one computed.
    var endsWithLastStep: Bool { !reverse && !hasLengths }

    /// The same layer step by step in simpler operations: what derivatives of its gradient are made of.
    func unrolled(_ operands: [Tensor]) -> [Tensor] {
        let s = sizes(operands.map(\.type)), x = operands[0], dtype = x.dtype
        let sides = (0..<2).map { side in hasBias ? operands[3 + side] : nil }
        var h = hasInitial ? operands[initialPlace] : .zeros([s.batch, s.hidden], dtype)
        var c = hasInitial && kind == .lstm ? operands[initialPlace + 1] : .zeros([s.batch, s.hidden], dtype)
        var steps = [Tensor?](repeating: nil, count: s.time)
        for step in 0..<s.time {
            let time = reverse ? s.time - 1 - step : step
            let a = linear(x.selected(time, 1), operands[1], sides[0]).split(into: s.gates, 1)
            let b = linear(h, operands[2], sides[1]).split(into: s.gates, 1)
            var (next, cell) = (h, c)
            switch kind {
            case .lstm:
                cell = (a[1] + b[1]).sigmoid() * c + (a[0] + b[0]).sigmoid() * (a[2] + b[2]).tanh()
                next = (a[3] + b[3]).sigmoid() * cell.tanh()
            case .gru:
                let r = (a[0] + b[0]).sigmoid(), z = (a[1] + b[1]).sigmoid()
                let n = (a[2] + r * b[2]).tanh()
                next = n + z * (h - n)
            case .tanh: next = (a[0] + b[0]).tanh()
            case .relu: next = (a[0] + b[0]).relu()
            }
            guard hasLengths else {
                (h, c, steps[time]) = (next, cell, next)
                continue
            }
            let lengths = operands[lengthsPlace]
            let valid = lengths.isGreater(than: Double(time)).reshaped([s.batch, 1])
            steps[time] = select(valid, next, next.like(0))
            (h, c) = (select(valid, next, h), select(valid, cell, c))
        }
        let y = s.time == 0 ? Tensor.zeros([s.batch, 0, s.hidden], dtype) : stack(steps.compactMap { $0 }, 1)
        return [y, h] + (kind == .lstm ? [c] : [])
    }
}

/// The gradients of a layer. Operands: those of the layer, what it kept, and the gradients of its results as far as there
/// are any. Results: gradients of the layer's floating-point operands.
struct RecurrentGradient: PortableOp {
    let layer: Recurrent
    /// Which results of the layer (all states, last state, last cell) have a gradient.
    let flows: [Bool]
    var name: String { layer.name + "Gradient" }

    var savedPlace: Int { layer.operandCount }
    /// The operand with the gradient of one result of the layer.
    func flowPlace(_ result: Int) -> Int? {
        result < flows.count && flows[result] ? savedPlace + 1 + flows[..<result].count { $0 } : nil
    }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        let count = savedPlace + 1 + flows.count { $0 }
        try require(count...count, operands)
        let results = try layer.infer(Array(operands.prefix(savedPlace)))
        guard flows.count == results.count - 1, operands[savedPlace] == results.last! else {
            throw refuse("the kept values are not those of this layer", operands)
        }
        for result in flows.indices {
            if let place = flowPlace(result), operands[place] != results[result] {
                throw refuse("a gradient differs from its result, \(results[result])", operands)
            }
        }
        return Array(operands.prefix(layer.lengthsPlace))
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        let flow = flows.filter { $0 }.map { _ in Split.Part.slice }
        let results = layer.parts.prefix(layer.lengthsPlace).map { $0 == .whole ? Split.Part.sum : .slice }
        return [Split(layer.parts + [.slice] + flow, results, sealed: [savedPlace])]
    }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int { 2 * layer.sizes(operands).work }

    /// A gradient of the last step alone is one of the last state.
    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        guard layer.endsWithLastStep, let place = flowPlace(0), let padding = operands[place].node.op as? Unslice,
            !operands[place].node.isLeaf,
            padding.value == 0, padding.cuts.areLastStep(of: operands[place].shape)
        else { return nil }
        let last = operands[place].node.operands[0], flow = last.reshaped([last.shape[0], last.shape[2]])
        var moved = operands
        moved[place] = flowPlace(1).map { operands[$0] + flow } ?? flow
        if let other = flowPlace(1) { moved.remove(at: other) }
        return Tensor.makeAll(RecurrentGradient(layer: layer, flows: [false, true] + flows.dropFirst(2)), moved)
    }

    /// Derivatives of the gradient, by the layer unrolled into steps.
    func gradient(_ call: Call) -> [Tensor?] {
        // Stand-ins keep the derivatives from following how one operand was made from another.
        let own = call.operands.map { $0.stopGradient() }
        let primal = Array(own.prefix(savedPlace)), floats = Array(own.prefix(layer.lengthsPlace))
        let results = layer.unrolled(primal)
        func dot(_ a: Tensor, _ b: Tensor) -> Tensor { (a * b).sum() }
        func total(_ terms: [Tensor]) -> Tensor { terms.dropFirst().reduce(terms.first ?? .zeros([], own[0].dtype), +) }
        // Every target takes part, so that none is missing.
        let first = total(
            flows.indices.compactMap { result in flowPlace(result).map { dot(results[result], own[$0]) } }
                + floats.map { dot($0, $0.like(0)) })
        let targets = floats + own[(savedPlace + 1)...]
        let made = try! gradients(of: first, for: floats)
        let second = total(
            zip(made, call.flow).compactMap { part, flow in flow.map { dot(part, $0.stopGradient()) } }
                + targets.map { dot($0, $0.like(0)) })
        let parts = try! gradients(of: second, for: targets)
        return parts.prefix(floats.count).map { $0 } + (layer.hasLengths ? [nil] : []) + [nil] + parts.dropFirst(floats.count).map { $0 }
    }
}

extension [Cut] {
    /// Whether these cuts take the last place of axis 1 of [batch, time, …] and nothing else away.
    fileprivate func areLastStep(of shape: Shape) -> Bool {
        count == 1 && shape.rank == 3 && self[0].axis == 1 && self[0].count == 1 && self[0].start == shape[1] - 1
    }
}

let recurrentCatalog: [any Op] =
    RecurrentKind.allCases.flatMap { kind -> [any Op] in
        let layer = Recurrent(kind: kind)
        return [
            layer, RecurrentGradient(layer: layer, flows: [true, false] + (kind == .lstm ? [false] : [])),
            PackedRecurrent(layer: layer, hidden: 1), RecurrentPack(kind: kind),
        ]
    }
