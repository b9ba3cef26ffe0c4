import Engine

/// E: ResNet-18 on 224 × 224 pictures (He et al. 2016).
struct ResNet18 {
    let parameters = Parameters()
    private(set) var statistics: [(variable: Variable, value: Tensor)] = []
    let isTraining: Bool

    init(isTraining: Bool) { self.isTraining = isTraining }

    private mutating func convolution(_ name: String, _ x: Tensor, _ output: Int, _ size: Int, stride: Int, padding: Int) -> Tensor {
        let input = x.shape[-1]
        let y = x.conv2d(
            parameters(name + ".w", [output, input, size, size], fan: input * size * size), stride: PerAxis(stride),
            padding: .explicit(PerAxis(padding)))
        let scale = parameters.filled(name + ".scale", [output], 1), shift = parameters.filled(name + ".shift", [output], 0)
        let mean = Variable(name + ".mean", [output]), variance = Variable(name + ".variance", Tensor([Float](repeating: 1, count: output)))
        if !isTraining { return y.batchNorm(scale: scale, shift: shift, mean: mean.value, variance: variance.value) }
        let trained = y.batchNorm(scale: scale, shift: shift, runningMean: mean.value, runningVariance: variance.value)
        statistics += [(mean, trained.runningMean), (variance, trained.runningVariance)]
        return trained.result
    }

    private mutating func block(_ name: String, _ x: Tensor, _ output: Int, stride: Int) -> Tensor {
        let inner = convolution(name + ".1", x, output, 3, stride: stride, padding: 1).relu()
        let outer = convolution(name + ".2", inner, output, 3, stride: 1, padding: 1)
        let short = stride != 1 || x.shape[-1] != output ? convolution(name + ".short", x, output, 1, stride: stride, padding: 0) : x
        return (outer + short).relu()
    }

    /// images [batch, 224, 224, 3] to logits [batch, 1000]
    mutating func callAsFunction(_ images: Tensor) -> Tensor {
        var x = convolution("stem", images, 64, 7, stride: 2, padding: 3).relu().maxPool(3, stride: 2, padding: .explicit(1))
        for (stage, width) in [64, 128, 256, 512].enumerated() {
            x = block("\(stage).0", x, width, stride: stage == 0 ? 1 : 2)
            x = block("\(stage).1", x, width, stride: 1)
        }
        return linear(x.mean([1, 2]), parameters("head.w", [1000, 512], fan: 512), parameters("head.b", [1000], fan: 512))
    }

    static func train() throws {
        var net = ResNet18(isTraining: true)
        let images = Tensor.input("images", [16, 224, 224, 3]), labels = Tensor.input("labels", [16], .i32)
        let loss = softmaxCrossEntropy(net(images), labels).mean()
        let program = try Program(
            inputs: [images, labels], outputs: [loss], updates: net.parameters.momentum(loss, rate: 0.1, momentum: 0.9) + net.statistics)
        let examples = [net.parameters.random([16, 224, 224, 3]), net.parameters.random([16], below: 1000)]
        if wantsProfile { return print(program, try program.profile(examples, runs: 2)) }
        let session = try Session(program)
        _ = session.run(examples)
        serve(warmup: 2) { session.run() }
    }

    static func infer(batch: Int, _ precision: Program.Options.Precision) throws {
        var net = ResNet18(isTraining: false)
        let images = Tensor.input("images", [batch, 224, 224, 3])
        try serveInference(images, net(images), net.parameters.random([batch, 224, 224, 3]), precision)
    }
}
