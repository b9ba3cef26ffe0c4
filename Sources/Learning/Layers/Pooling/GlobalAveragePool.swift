public import Engine

/// The mean of every channel: [batch, spatial…, channels] → [batch, channels].
public struct GlobalAveragePool: PureLayer {
    public init() {}

    public func callAsFunction(_ x: Tensor) -> Tensor {
        demand(x)
        return x.globalAveragePool()
    }

    public func check(_ input: TensorType) throws { _ = try spatialExtents("globalAveragePool", input) }
}
