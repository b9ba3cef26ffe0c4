public import Engine

/// A rule that turns gradients into new parameters, as functions of tensors: a step compiles it with the model.
public protocol Optimizer: Sendable {
    /// The name in recipes, logs and bundles.
    var name: String { get }
    /// The learning rate before a schedule changes it.
    var rate: Double { get }
    /// The settings beside the rate, by the names of the initializer's labels, for logs and bundles.
    var settings: [String: Double] { get }
    /// The names of the tensors of the parameter's shape that are kept for each parameter, all zero at first.
    var slots: [String] { get }
    /// The new value of a parameter and of its slots.
    ///
    /// - Parameter rate: f32[], of this step.
    /// - Parameter step: f32[], 1 for the first step.
    func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (parameter: Tensor, slots: [Tensor])
}
