public import Engine

/// x where positive, slope · x elsewhere, with a learned slope for all channels or for each: [..., channels].
///
/// He et al., "Delving Deep into Rectifiers" (2015).
public struct PReLU: PureLayer {
    /// [1] or [channels]
    public let slope: Parameter

    /// - Parameter channels: 1 for one slope that all channels share.
    public init(_ channels: Int = 1, slope: Double = 0.25) { self.slope = Parameter([channels], .constant(slope)) }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        slope.scope {
            demand(x)
            return select(x.isGreater(than: 0), x, x * slope.value)
        }
    }

    public func check(_ input: TensorType) throws {
        try slope.scope {
            guard slope.shape[0] == 1 || input.shape.rank > 0 && input.shape[-1] == slope.shape[0] else {
                throw EngineError("prelu", "takes [..., \(slope.shape[0])]", operands: [input])
            }
            try requireNumbers("prelu", input)
        }
    }
}
