public import Engine

/// Normalises every channel of every sample: [batch, ..., channels].
///
/// Ulyanov, Vedaldi and Lempitsky, "Instance Normalization" (2016).
public struct InstanceNorm: PureLayer {
    /// [channels]
    public let scale: Parameter?
    /// [channels]
    public let shift: Parameter?
    public let channels: Int
    public let epsilon: Double

    public init(_ channels: Int, epsilon: Double = 1e-5, affine: Bool = false) {
        scale = affine ? Parameter([channels], .ones) : nil
        shift = affine ? Parameter([channels]) : nil
        self.channels = channels
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        inScope(of: scale) {
            demand(x)
            return x.instanceNorm(scale: scale?.value, shift: shift?.value, epsilon: epsilon)
        }
    }

    public func check(_ input: TensorType) throws { try requireChannels("instanceNorm", input, channels, scale) }
}
