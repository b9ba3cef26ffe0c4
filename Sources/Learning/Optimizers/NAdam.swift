public import Engine

/// Adam with Nesterov's momentum, whose share of momentum grows over the first steps.
///
///     μₜ = β₁ (1 − ½ · 0.96^(t ψ)),  Mₜ = μ₁ … μₜ
///     m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²
///     w ← w − rate · (μₜ₊₁ m / (1 − Mₜ₊₁) + (1 − μₜ) g / (1 − Mₜ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Dozat 2016. Equal to `torch.optim.NAdam`.
public struct NAdam: Optimizer {
    public let rate: Double
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let decay: Double
    public let momentumDecay: Double
    public let decoupled: Bool

    /// - Parameter beta1: β₁, how much of the mean is kept.
    /// - Parameter beta2: β₂, how much of the mean square is kept.
    /// - Parameter epsilon: ε, against division by zero.
    /// - Parameter decay: weight decay.
    /// - Parameter momentumDecay: ψ, how fast the momentum grows to β₁.
    /// - Parameter decoupled: the decay is taken from the weights and not added to the gradient.
    public init(
        rate: Double = 2e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0,
        momentumDecay: Double = 4e-3, decoupled: Bool = false
    ) {
        requireRate("nadam", rate, decay: decay)
        requireShare("nadam", "beta1", beta1)
        requireShare("nadam", "beta2", beta2)
        self.rate = rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.decay = decay
        self.momentumDecay = momentumDecay
        self.decoupled = decoupled
    }

    public var name: String { "nadam" }
    public var settings: [String: Double] {
        [
            "beta1": beta1, "beta2": beta2, "epsilon": epsilon, "decay": decay, "momentumDecay": momentumDecay,
            "decoupled": decoupled ? 1 : 0,
        ]
    }
    /// The logarithm of the product of all μ is one number; it begins at zero like every slot.
    public var slots: [String] { ["m", "v", "logProduct"] }

    public func shape(ofSlot slot: String, for parameter: Shape) -> Shape { slot == "logProduct" ? [] : parameter }

    public func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (
        parameter: Tensor, slots: [Tensor]
    ) {
        let g = decoupled ? gradient : coupled(gradient, parameter, decay)
        let w = decoupled ? shrunk(parameter, rate, decay) : parameter
        let m = slots[0] * beta1 + g * (1 - beta1), v = slots[1] * beta2 + g.square() * (1 - beta2)
        func mu(_ t: Tensor) -> Tensor { (1 - raised(0.96, t * momentumDecay) * 0.5) * beta1 }
        let share = mu(step), next = mu(step + 1)
        let logProduct = slots[2] + share.log()
        let ofGradient = rate * (1 - share) / -logProduct.expm1()
        let ofMean = rate * next / -(logProduct + next.log()).expm1()
        let root = (v / oneLess(beta2, step)).sqrt() + epsilon
        return (w - (g * ofGradient + m * ofMean) / root, [m, v, logProduct])
    }
}
