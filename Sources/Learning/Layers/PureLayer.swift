public import Engine

/// A layer that needs neither random numbers nor state: it does the same in training and inference, and is called without a pass.
public protocol PureLayer: Layer {
    /// What the layer makes of `x`.
    func callAsFunction(_ x: Tensor) -> Tensor
}

extension PureLayer {
    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor { self(x) }
}
