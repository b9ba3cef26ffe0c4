import Engine
import Learning

/// One view's net: [batch, frames, bands, 1] → [batch, classes].
///
/// Three convolutions with pooling and a residual one; the largest value and the mean of each channel lead to the classes.
struct SpectrogramTower: Layer {
    let stem, second, third, fourth: ConvolutionUnit
    let dropout: Dropout
    let output: Linear

    init(classes: Int, width: Int, dropout: Double) {
        stem = ConvolutionUnit(1, width)
        second = ConvolutionUnit(width, 2 * width)
        third = ConvolutionUnit(2 * width, 4 * width)
        fourth = ConvolutionUnit(4 * width, 4 * width)
        self.dropout = Dropout(dropout)
        output = Linear(8 * width, classes, initialization: .torch)
    }

    func callAsFunction(_ spectrogram: Tensor, _ pass: inout Pass) -> Tensor {
        var x = stem(spectrogram, &pass).maxPool(2)  // [batch, frames / 2, bands / 2, width]
        x = second(x, &pass).maxPool(2)  // [batch, frames / 4, bands / 4, 2 width]
        x = third(x, &pass).maxPool(2)  // [batch, frames / 8, bands / 8, 4 width]
        x = x + fourth(x, &pass)
        let pooled = concatenate([x.globalMaxPool(), x.globalAveragePool()], 1)  // [batch, 8 width]
        return output(dropout(pooled, &pass))
    }
}
