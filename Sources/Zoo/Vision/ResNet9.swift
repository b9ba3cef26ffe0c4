public import Engine
public import Learning

/// A residual net of nine layers for small pictures, which learns quickly from little.
///
/// Two convolutions, a residual pair, two convolutions, a residual pair, the largest value of each channel, one linear layer.
/// After the net with which D. Page won DAWNBench on CIFAR-10 (2018); the width is a setting.
public struct ResNet9: Layer {
    let stem, widen, third, fourth: ConvolutionUnit
    let first, second: [ConvolutionUnit]
    let dropout: Dropout
    let output: Linear

    /// - Parameter width: channels of the first layer; the last has eight times as many.
    public init(channels: Int, classes: Int, width: Int = 32, dropout: Double = 0.2) {
        stem = ConvolutionUnit(channels, width)
        widen = ConvolutionUnit(width, 2 * width)
        first = [ConvolutionUnit(2 * width, 2 * width), ConvolutionUnit(2 * width, 2 * width)]
        third = ConvolutionUnit(2 * width, 4 * width)
        fourth = ConvolutionUnit(4 * width, 8 * width)
        second = [ConvolutionUnit(8 * width, 8 * width), ConvolutionUnit(8 * width, 8 * width)]
        self.dropout = Dropout(dropout)
        output = Linear(8 * width, classes, initialization: .torch)
    }

    public func callAsFunction(_ images: Tensor, _ pass: inout Pass) -> Tensor {  // [batch, side, side, channels]
        var x = widen(stem(images, &pass), &pass).maxPool(2)  // [batch, side / 2, side / 2, 2 width]
        x = x + first[1](first[0](x, &pass), &pass)
        x = third(x, &pass).maxPool(2)  // [batch, side / 4, side / 4, 4 width]
        x = fourth(x, &pass).maxPool(2)  // [batch, side / 8, side / 8, 8 width]
        x = x + second[1](second[0](x, &pass), &pass)
        return output(dropout(x.globalMaxPool(), &pass))
    }
}
