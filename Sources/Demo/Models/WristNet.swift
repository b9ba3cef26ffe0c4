import Engine
import Learning

/// Names the activity in a window of readings of a wrist: two convolutions over time, their means and maxima, one layer.
struct WristNet: Module {
    /// How the device is worn (`Mounting`): acceleration and rotation are multiplied by its transpose.
    private let mounting = Parameter([3, 3], .identity)
    private let first = Conv1D(6, 32, kernel: 7), second = Conv1D(32, 64, kernel: 5)
    private let dropout = Dropout(0.3)
    private let output: Linear

    static let length = 50

    init(classes: Int) {
        output = Linear(128, classes)
        mounting.isFrozen = true
    }

    /// window [batch, 50, 6] to logits [batch, classes]
    func callAsFunction(_ window: Tensor, _ pass: inout Pass) -> Tensor {
        let scale = Tensor([7, 7, 7, 2, 2, 2] as [Float])  // about the deviations of the readings
        let axes = window.reshaped(Shape.same, WristNet.length * 2, 3)  // [batch, 100, 3]
        let worn = matmul(axes, mounting.value.transposed()).reshaped(Shape.same, WristNet.length, 6) / scale
        let x = second(first(worn).relu().maxPool(2)).relu()  // [batch, 18, 64]
        return output(dropout(concatenate([x.globalAveragePool(), x.globalMaxPool()], 1), &pass))
    }
}
