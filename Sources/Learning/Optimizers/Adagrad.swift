public import Engine

/// Gradient descent with a rate for each element that falls with the squares seen so far.
///
///     g ← g + decay · w
///     s ← s + g²
///     w ← w − rate / (1 + (t − 1) · rateDecay) · g / (√s + ε)
///
/// Duchi, Hazan & Singer 2011. Equal to `torch.optim.Adagrad`.
public struct Adagrad: Optimizer {
    public let rate: Double
    public let rateDecay: Double
    public let decay: Double
    public let initial: Double
    public let epsilon: Double

    /// - Parameter rateDecay: how the rate falls with the steps.
    /// - Parameter decay: weight decay, added to the gradient.
    /// - Parameter initial: what the sum of squares is before the first step.
    /// - Parameter epsilon: ε, against division by zero.
    public init(rate: Double = 1e-2, rateDecay: Double = 0, decay: Double = 0, initial: Double = 0, epsilon: Double = 1e-10) {
        requireRate("adagrad", rate, decay: decay)
        if rateDecay < 0 || initial < 0 {
            trap(LearningError("adagrad", "rateDecay and initial must not be negative, got \(rateDecay) and \(initial)"))
        }
        self.rate = rate
        self.rateDecay = rateDecay
        self.decay = decay
        self.initial = initial
        self.epsilon = epsilon
    }

    public var name: String { "adagrad" }
    public var settings: [String: Double] { ["rateDecay": rateDecay, "decay": decay, "initial": initial, "epsilon": epsilon] }
    public var slots: [String] { ["sum"] }

    public func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (
        parameter: Tensor, slots: [Tensor]
    ) {
        let g = coupled(gradient, parameter, decay)
        let sum = slots[0] + g.square()
        // A slot begins at zero, so what the sum begins with is added where it is read.
        let root = (initial == 0 ? sum : sum + initial).sqrt() + epsilon
        let falling = rateDecay == 0 ? rate : rate / ((step - 1) * rateDecay + 1)
        return (parameter - falling * (g / root), [sum])
    }
}
