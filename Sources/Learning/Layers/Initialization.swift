/// How the weights and biases of a layer are drawn at first.
public enum Initialization: Sendable {
    /// Uniform with variance 2 ∕ fan-in, biases zero: for layers before a ReLU (He et al. 2015).
    case he
    /// Uniform with variance 2 ∕ (fan-in + fan-out), biases zero (Glorot and Bengio 2010).
    case glorot
    /// As PyTorch's layers do it by default.
    case torch
    /// These rules.
    case custom(weight: Initializer, bias: Initializer = .zeros)

    /// The rules for a weight that sums up `fanIn` values.
    ///
    /// - Parameter torchFanIn: the number that PyTorch takes for it, where that is another one.
    func rules(fanIn: Int, torchFanIn: Int? = nil) -> (weight: Initializer, bias: Initializer) {
        switch self {
        case .he: (.uniform((6 / Double(max(1, fanIn))).squareRoot()), .zeros)
        case .glorot: (.glorotUniform, .zeros)
        case .torch:
            (.uniform(1 / Double(max(1, torchFanIn ?? fanIn)).squareRoot()), .uniform(1 / Double(max(1, torchFanIn ?? fanIn)).squareRoot()))
        case .custom(let weight, let bias): (weight, bias)
        }
    }
}
