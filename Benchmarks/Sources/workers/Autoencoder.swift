import Engine

/// B3: 64-32-8-32-64 with ReLU between.
func autoencoder() throws {
    let parameters = Parameters()
    let x = Tensor.input("x", [1, 64])
    let sizes = [64, 32, 8, 32, 64]
    var y = x
    for layer in 0..<4 {
        y = linear(y, parameters("w\(layer)", [sizes[layer + 1], sizes[layer]], fan: sizes[layer]), parameters("b\(layer)", [sizes[layer + 1]], fan: sizes[layer]))
        if layer < 3 { y = y.relu() }
    }
    let session = try Session(Program(inputs: [x], outputs: [y], options: .init(isFrozen: true)))
    let input = parameters.random([1, 64]).values(Float.self)
    var output = [Float](repeating: 0, count: 64)
    if wantsProfile { return print(try session.program.profile([Tensor(input, [1, 64])], runs: 2000), session.program) }
    serve {
        var target = output.mutableSpan
        session.run(input.span, into: &target)
    }
}
