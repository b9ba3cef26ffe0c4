public import Engine

/// Stochastic gradient descent, with momentum and Nesterov's look ahead where asked.
///
///     g ← g + decay · w
///     u ← momentum · u + (1 − dampening) · g          (u ← g at the first step)
///     w ← w − rate · u                                 (Nesterov: w − rate · (g + momentum · u))
///
/// Robbins & Monro 1951; Polyak 1964; Sutskever et al. 2013. Equal to `torch.optim.SGD`.
public struct SGD: Optimizer {
    public let rate: Double
    public let momentum: Double
    public let dampening: Double
    public let decay: Double
    public let nesterov: Bool

    /// - Parameter rate: the learning rate.
    /// - Parameter momentum: how much of the velocity is kept; 0 keeps none and needs no memory.
    /// - Parameter dampening: how much of the gradient the velocity leaves out.
    /// - Parameter decay: weight decay, added to the gradient.
    /// - Parameter nesterov: takes the gradient's own momentum into account; needs momentum and no dampening.
    public init(rate: Double, momentum: Double = 0, dampening: Double = 0, decay: Double = 0, nesterov: Bool = false) {
        requireRate("sgd", rate, decay: decay)
        requireShare("sgd", "momentum", momentum)
        if nesterov, momentum == 0 || dampening != 0 {
            trap(LearningError("sgd", "Nesterov's rule needs a momentum and no dampening, got \(momentum) and \(dampening)"))
        }
        self.rate = rate
        self.momentum = momentum
        self.dampening = dampening
        self.decay = decay
        self.nesterov = nesterov
    }

    public var name: String { "sgd" }
    public var settings: [String: Double] {
        ["momentum": momentum, "dampening": dampening, "decay": decay, "nesterov": nesterov ? 1 : 0]
    }
    public var slots: [String] { momentum == 0 ? [] : ["velocity"] }

    public func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (
        parameter: Tensor, slots: [Tensor]
    ) {
        if momentum == 0 { return (parameter - rate * coupled(gradient, parameter, decay), []) }
        if dampening == 0 {
            let new = Engine.momentum(
                parameter, gradient: gradient, velocity: slots[0], rate: rate, momentum: momentum, decay: decay, nesterov: nesterov)
            return (new.w, [new.velocity])
        }
        // The velocity is zero before the first step, which takes the whole gradient.
        let share = select(step.isEqual(to: 1), .fill(1, [], step.dtype), .fill(1 - dampening, [], step.dtype))
        let velocity = slots[0] * momentum + coupled(gradient, parameter, decay) * share
        return (parameter - rate * velocity, [velocity])
    }
}
