public import Engine

/// The mean of every window: [batch, spatial…, channels] → [batch, smaller spatial…, channels], over one, two or three axes.
public struct AveragePool: PureLayer {
    public let window: PerAxis
    public let stride: PerAxis
    public let padding: Padding
    public let paddingCounts: Bool

    /// - Parameter window: extents of the window.
    /// - Parameter stride: distance between windows; the window's extents if left out.
    /// - Parameter padding: at the edges.
    /// - Parameter paddingCounts: whether a window's padding is part of its mean, as zeros.
    public init(_ window: PerAxis, stride: PerAxis? = nil, padding: Padding = .valid, paddingCounts: Bool = true) {
        self.window = window
        self.stride = stride ?? window
        self.padding = padding
        self.paddingCounts = paddingCounts
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        demand(x)
        return x.averagePool(window, stride: stride, padding: padding, paddingCounts: paddingCounts)
    }

    public func check(_ input: TensorType) throws {
        try requireWindow("averagePool", input, window, stride, padding, 1)
    }
}
