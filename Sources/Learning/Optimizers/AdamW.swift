public import Engine

/// Adam whose weight decay shrinks the weights themselves, by rate · decay, and not through the gradient.
///
///     w ← (1 − rate · decay) w
///     m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²
///     w ← w − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Loshchilov & Hutter 2019. Equal to `torch.optim.AdamW`.
public struct AdamW: Optimizer {
    public let rate: Double
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let decay: Double

    /// - Parameter beta1: β₁, how much of the mean is kept.
    /// - Parameter beta2: β₂, how much of the mean square is kept.
    /// - Parameter epsilon: ε, against division by zero.
    /// - Parameter decay: weight decay, taken from the weights.
    public init(rate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 1e-2) {
        requireRate("adamw", rate, decay: decay)
        requireShare("adamw", "beta1", beta1)
        requireShare("adamw", "beta2", beta2)
        self.rate = rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.decay = decay
    }

    public var name: String { "adamw" }
    public var settings: [String: Double] { ["beta1": beta1, "beta2": beta2, "epsilon": epsilon, "decay": decay] }
    public var slots: [String] { ["m", "v"] }

    public func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (
        parameter: Tensor, slots: [Tensor]
    ) {
        let new = adam(
            parameter, gradient: gradient, m: slots[0], v: slots[1], rate: rate, step: step, beta1: beta1, beta2: beta2, epsilon: epsilon,
            decay: decay, decoupled: true)
        return (new.w, [new.m, new.v])
    }
}
