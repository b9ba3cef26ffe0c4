import Engine

/// B2 and C: an LSTM of 64 units over 50 steps of 14 features, and one number from its last state.
struct Sequence {
    let parameters = Parameters()

    /// x [batch, 50, 14] to [batch, 1]
    func callAsFunction(_ x: Tensor) -> Tensor {
        let weights = RecurrentWeights(
            input: parameters("lstm.wx", [256, 14], fan: 64), hidden: parameters("lstm.wh", [256, 64], fan: 64),
            biases: (parameters("lstm.bx", [256], fan: 64), parameters("lstm.bh", [256], fan: 64)))
        let last = recurrent(.lstm, x, weights).last.hidden
        return linear(last, parameters("head.w", [1, 64], fan: 64), parameters("head.b", [1], fan: 64))
    }

    static func infer() throws {
        let net = Sequence()
        let x = Tensor.input("x", [1, 50, 14])
        try serveInference(x, net(x), net.parameters.random([1, 50, 14]), .f32)
    }

    static func train() throws {
        let net = Sequence()
        let x = Tensor.input("x", [64, 50, 14]), y = Tensor.input("y", [64, 1])
        let loss = (net(x) - y).square().mean()
        let program = try Program(inputs: [x, y], outputs: [loss], updates: net.parameters.adam(loss, rate: 1e-3))
        let examples = [net.parameters.random([64, 50, 14]), net.parameters.random([64, 1])]
        if wantsProfile { return print(program, try program.profile(examples, runs: 50)) }
        let session = try Session(program)
        _ = session.run(examples)
        serve { session.run() }
    }
}
