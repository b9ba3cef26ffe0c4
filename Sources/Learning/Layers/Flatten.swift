public import Engine

/// All axes but the first as one: [batch, ...] → [batch, everything else].
public struct Flatten: PureLayer {
    public init() {}

    public func callAsFunction(_ x: Tensor) -> Tensor { x.flattened() }
}
