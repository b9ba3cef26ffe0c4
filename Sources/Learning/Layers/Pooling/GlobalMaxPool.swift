public import Engine

/// The largest value of every channel: [batch, spatial…, channels] → [batch, channels].
public struct GlobalMaxPool: PureLayer {
    public init() {}

    public func callAsFunction(_ x: Tensor) -> Tensor {
        demand(x)
        return x.globalMaxPool()
    }

    public func check(_ input: TensorType) throws { _ = try spatialExtents("globalMaxPool", input) }
}
