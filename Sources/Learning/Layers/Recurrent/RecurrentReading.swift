public import Engine

/// A recurrent module as a layer, for a `Sequential`: `LSTM(14, 64).summary`.
public struct RecurrentReading: Layer, TransparentModule {
    public let module: any RecurrentModule
    /// Whether only the last states are read.
    public let isSummary: Bool

    init(_ module: any RecurrentModule, isSummary: Bool) {
        self.module = module
        self.isSummary = isSummary
    }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
        let output = module(x, &pass)
        return isSummary ? output.summary : output.steps
    }

    public func check(_ input: TensorType) throws { try module.check(input) }
}
