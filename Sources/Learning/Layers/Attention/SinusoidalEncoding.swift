public import Engine

/// Adds to each step waves of its place: sin(p · base^(-2i ∕ width)) at the elements 2i, cos of the same at 2i + 1.
///
/// [..., time, width] → the same. Vaswani et al., "Attention Is All You Need" (2017).
public struct SinusoidalEncoding: PureLayer {
    public let base: Double

    public init(base: Double = 10_000) { self.base = base }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        demand(x)
        return x + table(x.shape[-2], x.shape[-1])
    }

    /// The waves alone: [time, width].
    public func table(_ time: Int, _ width: Int) -> Tensor {
        let values = (0..<time).flatMap { place in
            (0..<width).map { element in
                let angle = Double(place) * power(base, -2 * Double(element / 2) / Double(width))
                return element % 2 == 0 ? sine(angle) : cosine(angle)
            }
        }
        return Tensor(values, [time, width], as: .f32)
    }

    public func check(_ input: TensorType) throws {
        if input.shape.rank < 2 { throw EngineError("sinusoidalEncoding", "takes [..., time, width]", operands: [input]) }
        try requireNumbers("sinusoidalEncoding", input)
    }
}
