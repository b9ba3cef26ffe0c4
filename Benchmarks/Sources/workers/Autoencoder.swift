import Engine

/// B3: 64-32-8-32-64 with ReLU between.
func autoencoder() throws {
    let parameters = Parameters()
    let x = Tensor.input("x", [1, 64])
    let sizes = [64, 32, 8, 32, 64]
    var y = x
    for layer in 0..<4 {
        y = linear(
            y, parameters("w\(layer)", [sizes[layer + 1], sizes[layer]], fan: sizes[layer]),
            parameters("b\(layer)", [sizes[layer + 1]], fan: sizes[layer]))
        if layer < 3 { y = y.relu() }
    }
    try serveInference(x, y, parameters.random([1, 64]), .f32)
}
