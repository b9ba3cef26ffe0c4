public import Engine
public import Learning

/// Convolution, batch normalisation, ReLU.
public struct ConvolutionUnit: Layer {
    let conv: Conv2D
    let norm: BatchNorm

    public init(_ inputs: Int, _ outputs: Int, kernel: PerAxis = 3, stride: PerAxis = 1) {
        conv = Conv2D(inputs, outputs, kernel: kernel, stride: stride, padding: .same, bias: false)
        norm = BatchNorm(outputs)
    }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor { norm(conv(x), &pass).relu() }
}
