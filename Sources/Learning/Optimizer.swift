public import Engine

/// A rule that turns gradients into new parameters, as functions of tensors: a step compiles it with the model.
public protocol Optimizer: Sendable {
    /// The name in recipes, logs and bundles.
    var name: String { get }
    /// The learning rate before a schedule changes it.
    var rate: Double { get }
    /// The settings beside the rate, by the names of the initializer's labels, for logs and bundles.
    var settings: [String: Double] { get }
    /// The names of the tensors that are kept for each parameter, all zero at first.
    var slots: [String] { get }
    /// The shape of a slot; the parameter's own unless the rule says otherwise.
    func shape(ofSlot slot: String, for parameter: Shape) -> Shape
    /// The new value of a parameter and of its slots.
    ///
    /// - Parameter parameter: w.
    /// - Parameter gradient: g, of the parameter's type.
    /// - Parameter slots: in the order of `slots`.
    /// - Parameter rate: of this step; a tensor without axes of the parameter's element type.
    /// - Parameter step: 1 for the first step; like `rate`.
    func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (parameter: Tensor, slots: [Tensor])
}

extension Optimizer {
    public func shape(ofSlot slot: String, for parameter: Shape) -> Shape { parameter }
}
