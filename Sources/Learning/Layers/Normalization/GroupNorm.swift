public import Engine

/// Normalises groups of neighbouring channels of every sample: [batch, ..., channels].
///
/// Wu and He, "Group Normalization" (2018).
public struct GroupNorm: PureLayer {
    /// [channels]
    public let scale: Parameter?
    /// [channels]
    public let shift: Parameter?
    public let groups: Int
    public let channels: Int
    public let epsilon: Double

    public init(_ groups: Int, _ channels: Int, epsilon: Double = 1e-5, affine: Bool = true) {
        guard groups > 0, channels % groups == 0 else {
            trap(EngineError("groupNorm", "\(channels) channels do not divide into \(groups) groups"))
        }
        scale = affine ? Parameter([channels], .ones) : nil
        shift = affine ? Parameter([channels]) : nil
        self.groups = groups
        self.channels = channels
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        inScope(of: scale) {
            demand(x)
            return x.groupNorm(groups: groups, scale: scale?.value, shift: shift?.value, epsilon: epsilon)
        }
    }

    public func check(_ input: TensorType) throws { try requireChannels("groupNorm", input, channels, scale) }
}
