public import Engine
public import Learning

/// The classic three-convolution net for 32 × 32 colour pictures: convolutions of 32, 64 and 64 channels, a dense layer of 64.
///
/// 122,570 parameters for 3 channels and 10 classes (the image classification tutorials of Keras and TensorFlow).
public struct CIFARNet: Layer {
    let conv1, conv2, conv3: Conv2D
    let hidden, output: Linear
    let dropout: Dropout

    public init(channels: Int = 3, size: Int = 32, classes: Int = 10, dropout: Double = 0.5) {
        let places = ((size - 2) / 2 - 2) / 2 - 2
        conv1 = Conv2D(channels, 32, kernel: 3)
        conv2 = Conv2D(32, 64, kernel: 3)
        conv3 = Conv2D(64, 64, kernel: 3)
        hidden = Linear(64 * places * places, 64)
        self.dropout = Dropout(dropout)
        output = Linear(64, classes, initialization: .glorot)
    }

    public func callAsFunction(_ images: Tensor, _ pass: inout Pass) -> Tensor {  // [batch, 32, 32, 3]
        var x = conv1(images).relu().maxPool(2)  // [batch, 15, 15, 32]
        x = conv2(x).relu().maxPool(2)  // [batch, 6, 6, 64]
        x = conv3(x).relu().flattened()  // [batch, 1024]
        return output(dropout(hidden(x).relu(), &pass))  // [batch, 10]
    }
}
