import Engine

/// A and B1: the CNN for CIFAR-10 pictures.
struct Convolutional {
    let parameters = Parameters()

    /// images [batch, 32, 32, 3] to logits [batch, 10]
    func logits(_ images: Tensor, dropout key: RandomKey?) -> Tensor {
        var x = images
        for (number, (input, output)) in [(3, 32), (32, 64), (64, 64)].enumerated() {
            x = x.conv2d(
                parameters("conv\(number).w", [output, input, 3, 3], fan: input * 9),
                bias: parameters("conv\(number).b", [output], fan: input * 9)
            ).relu()
            if number < 2 { x = x.maxPool(2) }
        }
        x = linear(x.flattened(), parameters("hidden.w", [64, 1024], fan: 1024), parameters("hidden.b", [64], fan: 1024)).relu()
        if let key { x = x.dropout(0.5, key: key) }
        return linear(x, parameters("output.w", [10, 64], fan: 64), parameters("output.b", [10], fan: 64))
    }

    static func train(batch: Int, _ precision: Program.Options.Precision) throws {
        let net = Convolutional()
        let images = Tensor.input("images", [batch, 32, 32, 3]), labels = Tensor.input("labels", [batch], .i32)
        let key = Tensor.input("key", [2], .u32)
        let loss = softmaxCrossEntropy(net.logits(images, dropout: RandomKey(key)), labels).mean()
        let program = try Program(
            inputs: [images, labels, key], outputs: [loss], updates: net.parameters.adam(loss, rate: 1e-3),
            options: .init(precision: precision))
        let count = 4096
        let pictures = net.parameters.random([count, 32, 32, 3]).values(Float.self),
            classes = net.parameters.random([count], below: 10).values(Int32.self)
        if wantsProfile {
            let first = [
                Tensor(Array(pictures.prefix(batch * 3072)), [batch, 32, 32, 3]), Tensor(Array(classes.prefix(batch))),
                Tensor([1, 2] as [UInt32]),
            ]
            return print(program, try program.profile(first, runs: 50))
        }
        let session = try Session(program)
        var step: UInt32 = 0
        serve {
            let start = Int(step) * batch % count
            pictures.withUnsafeBytes { all in
                session.withInput(0) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[start * 12288..<(start + batch) * 12288])) }
            }
            classes.withUnsafeBytes { all in
                session.withInput(1) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[start * 4..<(start + batch) * 4])) }
            }
            session.withInput(2) { $0.storeBytes(of: step, as: UInt32.self) }
            session.run()
            step += 1
        }
    }

    static func infer(_ precision: Program.Options.Precision) throws {
        let net = Convolutional()
        let images = Tensor.input("images", [1, 32, 32, 3])
        try serveInference(images, net.logits(images, dropout: nil), net.parameters.random([1, 32, 32, 3]), precision)
    }
}

/// Serves a frozen program of one input and one output.
func serveInference(_ input: Tensor, _ output: Tensor, _ example: Tensor, _ precision: Program.Options.Precision) throws {
    let program = try Program(inputs: [input], outputs: [output], options: .init(precision: precision, isFrozen: true))
    if wantsProfile { return print(program, try program.profile([example], runs: 20)) }
    let session = try Session(program)
    if example.dtype == .f32 {
        let values = example.values(Float.self)
        var result = [Float](repeating: 0, count: output.count)
        serve {
            var target = result.mutableSpan
            session.run(values.span, into: &target)
        }
    } else {
        _ = session.run([example])
        serve { session.run() }
    }
}
