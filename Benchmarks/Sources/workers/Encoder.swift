import Engine

/// D: a post-norm Transformer encoder of 4 blocks (Vaswani et al. 2017), two classes from the first token.
struct Encoder {
    let parameters = Parameters()
    let width = 256, heads = 4, time = 128, batch = 8

    private func dense(_ name: String, _ x: Tensor, _ output: Int) -> Tensor {
        linear(x, parameters(name + ".w", [output, x.shape[-1]], fan: x.shape[-1]), parameters(name + ".b", [output], fan: x.shape[-1]))
    }

    private func norm(_ name: String, _ x: Tensor) -> Tensor {
        x.layerNorm(scale: parameters.filled(name + ".scale", [width], 1), shift: parameters.filled(name + ".shift", [width], 0))
    }

    /// tokens [batch, time] to logits [batch, 2]
    func callAsFunction(_ tokens: Tensor) -> Tensor {
        var x = embedding(parameters("tokens", [8192, width], fan: 1), tokens) + parameters("positions", [1, time, width], fan: 2500)
        for block in 0..<4 {
            let qkv = dense("\(block).qkv", x, 3 * width).reshaped(batch, time, 3, heads, width / heads)
            let mixed = attention(qkv: qkv).reshaped(batch, time, width)
            x = norm("\(block).norm1", x + dense("\(block).out", mixed, width))
            x = norm("\(block).norm2", x + dense("\(block).down", dense("\(block).up", x, 4 * width).gelu(), width))
        }
        return dense("head", x.selected(0, 1), 2)
    }

    static func train(_ precision: Program.Options.Precision) throws {
        let net = Encoder()
        let tokens = Tensor.input("tokens", [8, 128], .i32), labels = Tensor.input("labels", [8], .i32)
        let loss = softmaxCrossEntropy(net(tokens), labels).mean()
        let program = try Program(
            inputs: [tokens, labels], outputs: [loss], updates: net.parameters.adam(loss, rate: 1e-4), options: .init(precision: precision))
        let examples = [net.parameters.random([8, 128], below: 8192), net.parameters.random([8], below: 2)]
        if wantsProfile { return print(program, try program.profile(examples, runs: 10)) }
        let session = try Session(program)
        _ = session.run(examples)
        serve { session.run() }
    }

    static func infer(_ precision: Program.Options.Precision) throws {
        let net = Encoder()
        let tokens = Tensor.input("tokens", [8, 128], .i32)
        try serveInference(tokens, net(tokens), net.parameters.random([8, 128], below: 8192), precision)
    }
}
