public import Engine

/// Adam whose step for each parameter is scaled to the length of the parameter, for very large batches.
///
///     m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²
///     r = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε) + decay · w
///     w ← w − rate · ‖w‖ / ‖r‖ · r          (the ratio is 1 where one of the lengths is 0)
///
/// You et al. 2020, algorithm 2, with φ the identity.
public struct LAMB: Optimizer {
    public let rate: Double
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let decay: Double

    /// - Parameter beta1: β₁, how much of the mean is kept.
    /// - Parameter beta2: β₂, how much of the mean square is kept.
    /// - Parameter epsilon: ε, against division by zero.
    /// - Parameter decay: weight decay, part of the direction whose length is scaled.
    public init(rate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-6, decay: Double = 1e-2) {
        requireRate("lamb", rate, decay: decay)
        requireShare("lamb", "beta1", beta1)
        requireShare("lamb", "beta2", beta2)
        self.rate = rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.decay = decay
    }

    public var name: String { "lamb" }
    public var settings: [String: Double] { ["beta1": beta1, "beta2": beta2, "epsilon": epsilon, "decay": decay] }
    public var slots: [String] { ["m", "v"] }

    public func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (
        parameter: Tensor, slots: [Tensor]
    ) {
        let m = slots[0] * beta1 + gradient * (1 - beta1), v = slots[1] * beta2 + gradient.square() * (1 - beta2)
        let direction = (m / oneLess(beta1, step)) / ((v / oneLess(beta2, step)).sqrt() + epsilon)
        let r = decay == 0 ? direction : direction + parameter * decay
        let ofWeights = parameter.square().sum().sqrt(), ofStep = r.square().sum().sqrt()
        let trust = select(
            ofWeights.isGreater(than: 0).and(ofStep.isGreater(than: 0)), ofWeights / ofStep, .fill(1, [], rate.dtype))
        return (parameter - r * (rate * trust), [m, v])
    }
}
