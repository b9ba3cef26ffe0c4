public import Engine

/// The largest value of every window: [batch, spatial…, channels] → [batch, smaller spatial…, channels], over one, two or three axes.
public struct MaxPool: PureLayer {
    public let window: PerAxis
    public let stride: PerAxis
    public let padding: Padding
    public let dilation: PerAxis

    /// - Parameter window: extents of the window.
    /// - Parameter stride: distance between windows; the window's extents if left out.
    /// - Parameter padding: at the edges.
    /// - Parameter dilation: distance between the places of a window.
    public init(_ window: PerAxis, stride: PerAxis? = nil, padding: Padding = .valid, dilation: PerAxis = 1) {
        self.window = window
        self.stride = stride ?? window
        self.padding = padding
        self.dilation = dilation
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        demand(x)
        return x.maxPool(window, stride: stride, padding: padding, dilation: dilation)
    }

    public func check(_ input: TensorType) throws {
        try requireWindow("maxPool", input, window, stride, padding, dilation)
    }
}
