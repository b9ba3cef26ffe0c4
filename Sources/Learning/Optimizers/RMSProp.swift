public import Engine

/// Gradient descent divided by the root of a running mean of squared gradients.
///
///     g ← g + decay · w
///     v ← α v + (1 − α) g²                 (centered: variance = v − a², a ← α a + (1 − α) g)
///     w ← w − rate · g / (√v + ε)          (momentum: u ← momentum · u + g / (√v + ε), w ← w − rate · u)
///
/// Tieleman & Hinton 2012; Graves 2013 for the centered form. Equal to `torch.optim.RMSprop`.
public struct RMSProp: Optimizer {
    public let rate: Double
    public let alpha: Double
    public let epsilon: Double
    public let decay: Double
    public let momentum: Double
    public let centered: Bool

    /// - Parameter alpha: how much of the running means is kept.
    /// - Parameter epsilon: ε, against division by zero.
    /// - Parameter decay: weight decay, added to the gradient.
    /// - Parameter momentum: how much of the velocity is kept.
    /// - Parameter centered: divides by the running deviation instead of the running root mean square.
    public init(
        rate: Double = 1e-2, alpha: Double = 0.99, epsilon: Double = 1e-8, decay: Double = 0, momentum: Double = 0, centered: Bool = false
    ) {
        requireRate("rmsprop", rate, decay: decay)
        requireShare("rmsprop", "alpha", alpha)
        requireShare("rmsprop", "momentum", momentum)
        self.rate = rate
        self.alpha = alpha
        self.epsilon = epsilon
        self.decay = decay
        self.momentum = momentum
        self.centered = centered
    }

    public var name: String { "rmsprop" }
    public var settings: [String: Double] {
        ["alpha": alpha, "epsilon": epsilon, "decay": decay, "momentum": momentum, "centered": centered ? 1 : 0]
    }
    public var slots: [String] { ["square"] + (centered ? ["mean"] : []) + (momentum == 0 ? [] : ["velocity"]) }

    public func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (
        parameter: Tensor, slots: [Tensor]
    ) {
        let g = coupled(gradient, parameter, decay)
        let square = slots[0] * alpha + g.square() * (1 - alpha)
        var new = [square]
        var spread = square
        if centered {
            let mean = slots[1] * alpha + g * (1 - alpha)
            spread = square - mean.square()
            new.append(mean)
        }
        var direction = g / (spread.sqrt() + epsilon)
        if momentum != 0 {
            direction = slots[slots.count - 1] * momentum + direction
            new.append(direction)
        }
        return (parameter - rate * direction, new)
    }
}
