public import Engine

/// x ∕ √(mean x² + ε) · scale over the last axis.
///
/// Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019).
public struct RMSNorm: PureLayer {
    /// [width]
    public let scale: Parameter
    public let epsilon: Double

    public init(_ width: Int, epsilon: Double = 1e-6) {
        scale = Parameter([width], .ones)
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        scale.scope {
            demand(x)
            return x.rmsNorm(scale: scale.value, epsilon: epsilon)
        }
    }

    public func check(_ input: TensorType) throws { try requireLast("rmsNorm", input, scale.shape, scale) }
}
