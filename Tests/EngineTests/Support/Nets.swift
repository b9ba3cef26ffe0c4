@testable import Engine

/// Small nets of the kinds that are measured: their step or their answer, as programs.
enum Nets {
    /// A convolutional classifier's training step with momentum-free descent: phases with barriers between them.
    static func training(batch: Int, options: Program.Options = .init()) throws -> (program: Program, variables: [Variable]) {
        let images = Tensor.input("images", [batch, 12, 12, 3]), labels = Tensor.input("labels", [batch, 10])
        let variables = [
            Variable("conv1", samples([16, 3, 3, 3], -0.3, 0.3, seed: 1, as: .f32)),
            Variable("bias1", samples([16], -0.1, 0.1, seed: 2, as: .f32)),
            Variable("conv2", samples([24, 16, 3, 3], -0.1, 0.1, seed: 3, as: .f32)),
            Variable("bias2", samples([24], -0.1, 0.1, seed: 4, as: .f32)),
            Variable("hidden", samples([64, 96], -0.1, 0.1, seed: 5, as: .f32)),
            Variable("bias3", samples([64], -0.1, 0.1, seed: 6, as: .f32)),
            Variable("output", samples([10, 64], -0.1, 0.1, seed: 7, as: .f32)),
        ]
        let w = variables.map(\.value)
        var x = images.conv2d(w[0], bias: w[1]).relu().maxPool(2)  // [batch, 5, 5, 16]
        x = x.conv2d(w[2], bias: w[3], padding: .same).relu().maxPool(2)  // [batch, 2, 2, 24]
        x = linear(linear(x.flattened(), w[4], w[5]).relu(), w[6])  // [batch, 10]
        let loss = (x.logSumExp([1]) - (x * labels).sum([1])).mean()
        let slopes = try gradients(of: loss, for: w)
        let updates = zip(variables, slopes).map { (variable: $0, value: $0.value - $1 * 0.05) }
        return (try Program(inputs: [images, labels], outputs: [loss], updates: updates, options: options), variables)
    }

    static func batch(_ count: Int) -> [Tensor] {
        let labels = (0..<count * 10).map { (place: Int) -> Double in place % 10 == place / 10 % 10 ? 1 : 0 }
        return [samples([count, 12, 12, 3], seed: 9, as: .f32), Tensor(labels, [count, 10], as: .f32)]
    }

    /// An autoencoder for one sample, its weights frozen.
    static func autoencoder() throws -> Program {
        let x = Tensor.input("x", [1, 64])
        var y = x
        for (place, width) in [32, 8, 32, 64].enumerated() {
            y = linear(
                y, samples([width, y.shape[1]], seed: UInt64(place) + 1, as: .f32), samples([width], seed: UInt64(place) + 5, as: .f32))
            if place < 3 { y = y.relu() }
        }
        return try Program(inputs: [x], outputs: [y], options: .init(isFrozen: true))
    }
}
