public import Engine

/// (x - mean) ∕ √(variance + ε) · scale + shift over the last axes, of each place by itself.
///
/// Ba, Kiros and Hinton, "Layer Normalization" (2016).
public struct LayerNorm: PureLayer {
    /// Of the extents that are normalised.
    public let scale: Parameter?
    /// As `scale`.
    public let shift: Parameter?
    /// The extents of the axes that are normalised together, the last ones of the input.
    public let extents: Shape
    public let epsilon: Double

    /// - Parameters:
    ///   - width: extent of the last axis.
    ///   - epsilon: ε, against division by zero.
    ///   - affine: whether there are a scale and a shift to be learned.
    ///   - bias: whether there is a shift beside the scale.
    public init(_ width: Int, epsilon: Double = 1e-5, affine: Bool = true, bias: Bool = true) {
        self.init([width], epsilon: epsilon, affine: affine, bias: bias)
    }

    /// As the other, over several last axes.
    public init(_ extents: Shape, epsilon: Double = 1e-5, affine: Bool = true, bias: Bool = true) {
        self.extents = extents
        scale = affine ? Parameter(extents, .ones) : nil
        shift = affine && bias ? Parameter(extents) : nil
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        inScope(of: scale) {
            demand(x)
            return x.layerNorm(scale: scale?.value, shift: shift?.value, axes: extents.rank, epsilon: epsilon)
        }
    }

    public func check(_ input: TensorType) throws { try requireLast("layerNorm", input, extents, scale) }
}

/// The last axes must have these extents.
func requireLast(_ operation: String, _ input: TensorType, _ extents: Shape, _ parameter: Parameter?) throws {
    try inScope(of: parameter) {
        guard input.shape.rank >= extents.rank, Array(input.shape.extents.suffix(extents.rank)) == extents.extents else {
            throw EngineError(operation, "takes [..., \(extents.extents.map(String.init).joined(separator: ", "))]", operands: [input])
        }
        try requireNumbers(operation, input)
    }
}
