import Engine
import Learning

/// Reads a handwritten digit of eight by eight pixels: two convolutions, two layers.
struct CameraNet: Module {
    private let first = Conv2D(1, 32, kernel: 3, padding: .same), second = Conv2D(32, 64, kernel: 3, padding: .same)
    private let hidden = Linear(256, 64), dropout = Dropout(0.2), output = Linear(64, 10)

    /// pixels [batch, 64] to logits [batch, 10]
    func callAsFunction(_ pixels: Tensor, _ pass: inout Pass) -> Tensor {
        var x = first(pixels.reshaped(Shape.same, 8, 8, 1)).relu().maxPool(2)  // [batch, 4, 4, 32]
        x = second(x).relu().maxPool(2).flattened()  // [batch, 256]
        return output(dropout(hidden(x).relu(), &pass))
    }
}
