import Engine

/// The parameters of one recurrent layer in one direction, laid out as PyTorch does.
public struct RecurrentDirection: Module {
    /// [gates · hidden, inputs]
    public let inputWeight: Parameter
    /// [gates · hidden, hidden]
    public let hiddenWeight: Parameter
    /// [gates · hidden]
    public let inputBias: Parameter?
    /// [gates · hidden]
    public let hiddenBias: Parameter?

    init(_ kind: RecurrentKind, _ inputs: Int, _ hidden: Int, bias: Bool, _ initialization: Initialization) {
        let rows = kind.gates * hidden
        let input: Initializer
        let recurrent: Initializer
        var first = Initializer.zeros
        var second = Initializer.zeros
        switch initialization {
        case .he, .glorot:
            // Each gate has fans of its own.
            var fans = Double(inputs + hidden) / 2
            if case .he = initialization { fans = Double(inputs) / 2 }
            input = .uniform((3 / max(0.5, fans)).squareRoot())
            recurrent = .orthogonal(blocks: kind.gates)
            if kind == .lstm { first = Self.openForgetGate }
        case .torch:
            input = .uniform(1 / Double(max(1, hidden)).squareRoot())
            (recurrent, first, second) = (input, input, input)
        case .custom(let weight, let bias):
            (input, recurrent, first, second) = (weight, weight, bias, bias)
        }
        inputWeight = Parameter([rows, inputs], input)
        hiddenWeight = Parameter([rows, hidden], recurrent)
        inputBias = bias ? Parameter([rows], first) : nil
        hiddenBias = bias ? Parameter([rows], second) : nil
    }

    /// Zeros, but 1 for the forget gate, so that an LSTM remembers at first (Jozefowicz et al. 2015).
    private static let openForgetGate = Initializer("openForgetGate") { shape, _ in
        let hidden = shape.count / 4
        return Tensor((0..<shape.count).map { (hidden..<2 * hidden).contains($0) ? Float(1) : 0 })
    }

    var weights: RecurrentWeights {
        var biases: (input: Tensor, hidden: Tensor)?
        if let inputBias, let hiddenBias { biases = (inputBias.value, hiddenBias.value) }
        return RecurrentWeights(input: inputWeight.value, hidden: hiddenWeight.value, biases: biases)
    }
}
