public import Engine

/// Any function of a tensor as a layer, for what has no layer of its own:
///
///     Sequential {
///         Function { $0.reshaped([Shape.same, 28, 28, 1]) }
///         Conv2D(1, 16, kernel: 3)
///     }
public struct Function: PureLayer {
    private let body: @Sendable (Tensor) -> Tensor

    public init(_ body: @escaping @Sendable (Tensor) -> Tensor) { self.body = body }

    public func callAsFunction(_ x: Tensor) -> Tensor { body(x) }
}
