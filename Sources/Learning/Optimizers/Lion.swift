public import Engine

/// Descent by the sign of a mean of gradients: every element moves by the rate.
///
///     c = β₁ m + (1 − β₁) g
///     w ← w − rate · (sign(c) + decay · w)
///     m ← β₂ m + (1 − β₂) g
///
/// Chen et al. 2023, algorithm 2. The rate is usually a third to a tenth of Adam's.
public struct Lion: Optimizer {
    public let rate: Double
    public let beta1: Double
    public let beta2: Double
    public let decay: Double

    /// - Parameter beta1: β₁, the share of the mean in the direction.
    /// - Parameter beta2: β₂, how much of the mean is kept.
    /// - Parameter decay: weight decay, taken from the weights.
    public init(rate: Double = 1e-4, beta1: Double = 0.9, beta2: Double = 0.99, decay: Double = 0) {
        requireRate("lion", rate, decay: decay)
        requireShare("lion", "beta1", beta1)
        requireShare("lion", "beta2", beta2)
        self.rate = rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.decay = decay
    }

    public var name: String { "lion" }
    public var settings: [String: Double] { ["beta1": beta1, "beta2": beta2, "decay": decay] }
    public var slots: [String] { ["m"] }

    public func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (
        parameter: Tensor, slots: [Tensor]
    ) {
        let direction = (slots[0] * beta1 + gradient * (1 - beta1)).sign()
        return (
            parameter - rate * (decay == 0 ? direction : direction + parameter * decay), [slots[0] * beta2 + gradient * (1 - beta2)]
        )
    }
}
