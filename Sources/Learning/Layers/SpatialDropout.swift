public import Engine

/// In training whole channels of a sample are dropped: [batch, spatial…, channels]. For neighbours that resemble each other.
///
/// Tompson et al., "Efficient Object Localization Using Convolutional Networks" (2015).
public struct SpatialDropout: Layer {
    public let rate: Double

    /// - Parameter rate: in [0, 1).
    public init(_ rate: Double = 0.5) {
        self.rate = validated(rate, "spatialDropout")
    }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
        demand(x)
        guard pass.isTraining && rate > 0 else { return x }
        let channels = Shape([x.shape[0]] + [Int](repeating: 1, count: x.rank - 2) + [x.shape[-1]])
        return x * Tensor.ones(channels, x.dtype).dropout(rate, key: pass.key())
    }

    public func check(_ input: TensorType) throws {
        if input.shape.rank < 2 { throw EngineError("spatialDropout", "takes [batch, ..., channels]", operands: [input]) }
    }
}
