import Engine
import Learning
import Synchronization
import TestKit
import Testing

@Suite struct LayerContractTests {
    typealias Subject = LayerContract.Subject

    private static func random(_ shape: Shape) -> Tensor {
        Tensor((0..<shape.count).map { Float(($0 * 7919 + 13) % 997) / 498.5 - 1 }, shape)
    }
    private static let rows = random([4, 6]), series = random([3, 5, 6]), images = random([3, 6, 6, 4])
    private static let words = Tensor((0..<12).map { Int64($0 * 5 % 7) }, [3, 4])
    private static let scaled = ["scale", "shift"]
    private static let weighted = ["weight", "bias"]
    private static let directions = ["inputWeight", "hiddenWeight", "inputBias", "hiddenBias"].map { "layers.0.forward." + $0 }
    private static func attentionNames(_ name: String) -> [String] {
        ["query", "key", "value", "output"].flatMap { part in weighted.map { "\(name).\(part).\($0)" } }
    }
    private static let block =
        attentionNames("attention") + ["attentionNorm.scale", "attentionNorm.shift"]
        + ["feedForward.up.weight", "feedForward.up.bias", "feedForward.down.weight", "feedForward.down.bias"]
        + ["feedForwardNorm.scale", "feedForwardNorm.shift"]

    private static func type(_ extents: Int..., as dtype: DType = .f32) -> TensorType { TensorType(Shape(extents), dtype) }

    static let subjects: [Subject] = [
        Subject("Linear", names: weighted, input: rows, refuses: (type(4, 5), "linear: takes [..., 6] (f32[4,5])")) { Linear(6, 3) },
        Subject(
            "Conv1D", names: weighted, input: series,
            refuses: (type(3, 5), "conv1d: takes [batch, time, channels] (f32[3,5])")
        ) { Conv1D(6, 4, kernel: 3, padding: .same) },
        Subject(
            "Conv2D", names: weighted, input: images,
            refuses: (type(3, 6, 6, 4, as: .i32), "conv2d: computes in f32: cast the input (i32[3,6,6,4])")
        ) { Conv2D(4, 5, kernel: 3, stride: 2) },
        Subject("depthwise Conv2D", names: weighted, input: images) { Conv2D.depthwise(4, kernel: 3) },
        Subject(
            "ConvTranspose1D", names: weighted, input: series,
            refuses: (type(3, 5), "convTranspose1d: takes [batch, time, channels] (f32[3,5])")
        ) { ConvTranspose1D(6, 4, kernel: 3, stride: 2) },
        Subject(
            "ConvTranspose2D", names: weighted, input: images,
            refuses: (type(3, 6, 4), "convTranspose2d: takes [batch, height, width, channels] (f32[3,6,4])")
        ) { ConvTranspose2D(4, 5, kernel: 4, stride: 2, padding: .same) },
        Subject(
            "MaxPool", input: images, refuses: (type(3, 1, 6, 4), "maxPool: a window of 2 does not fit into 1 (f32[3,1,6,4])")
        ) { MaxPool(2) },
        Subject(
            "AveragePool", input: images, refuses: (type(3, 6), "averagePool: takes [batch, spatial…, channels] (f32[3,6])")
        ) { AveragePool(3, stride: 2, padding: .same) },
        Subject(
            "GlobalMaxPool", input: images, refuses: (type(3, 6), "globalMaxPool: takes [batch, spatial…, channels] (f32[3,6])")
        ) { GlobalMaxPool() },
        Subject(
            "GlobalAveragePool", input: series, refuses: (type(3, 6), "globalAveragePool: takes [batch, spatial…, channels] (f32[3,6])")
        ) { GlobalAveragePool() },
        Subject(
            "AdaptiveMaxPool", input: images, refuses: (type(3, 5, 6), "adaptiveMaxPool: needs 1 positive numbers of windows (f32[3,5,6])")
        ) { AdaptiveMaxPool([2, 3]) },
        Subject(
            "AdaptiveAveragePool", input: images,
            refuses: (type(3, 6), "adaptiveAveragePool: takes [batch, spatial…, channels] (f32[3,6])")
        ) { AdaptiveAveragePool(4) },
        Subject(
            "BatchNorm", names: scaled + ["runningMean", "runningVariance"], input: images,
            refuses: (type(3, 6, 6, 3), "batchNorm: takes [batch, ..., 4] (f32[3,6,6,3])")
        ) { BatchNorm(4) },
        Subject("LayerNorm", names: scaled, input: series, refuses: (type(3, 5), "layerNorm: takes [..., 6] (f32[3,5])")) { LayerNorm(6) },
        Subject("RMSNorm", names: ["scale"], input: series, refuses: (type(3, 5), "rmsNorm: takes [..., 6] (f32[3,5])")) { RMSNorm(6) },
        Subject(
            "GroupNorm", names: scaled, input: images, refuses: (type(3, 5), "groupNorm: takes [batch, ..., 4] (f32[3,5])")
        ) { GroupNorm(2, 4) },
        Subject(
            "InstanceNorm", names: scaled, input: images, refuses: (type(3, 5), "instanceNorm: takes [batch, ..., 4] (f32[3,5])")
        ) { InstanceNorm(4, affine: true) },
        Subject("Embedding", names: ["weight"], input: words, refuses: (type(3, 4), "embedding: takes integers (f32[3,4])")) {
            Embedding(7, 5, padding: 0)
        },
        Subject("Dropout", input: rows) { Dropout(0.3) },
        Subject("SpatialDropout", input: images, refuses: (type(3), "spatialDropout: takes [batch, ..., channels] (f32[3])")) {
            SpatialDropout(0.3)
        },
        Subject("Flatten", input: images) { Flatten() },
        Subject("Function", input: rows) { Function { $0 * 2 } },
        Subject("Activation", input: rows, refuses: (type(4, as: .i64), "gelu: takes floating-point numbers (i64[4])")) { Activation.gelu },
        Subject("softmax", input: rows, refuses: (type(), "softmax: there is no axis -1 (f32[])")) { Activation.softmax() },
        Subject("PReLU", names: ["slope"], input: rows, refuses: (type(4, 5), "prelu: takes [..., 6] (f32[4,5])")) { PReLU(6) },
        Subject(
            "Sequential", names: ["0.weight", "0.bias", "2.weight"], input: rows,
            refuses: (type(4, 5), "linear '0': takes [..., 6] (f32[4,5])")
        ) {
            Sequential {
                Linear(6, 5)
                Activation.tanh
                Linear(5, 2, bias: false)
                Dropout(0.2)
            }
        },
        Subject(
            "Residual", names: ["body.0.weight", "body.0.bias", "shortcut.weight"], input: rows,
            refuses: (type(4, 5), "linear 'body.0': takes [..., 6] (f32[4,5])")
        ) {
            Residual(shortcut: Linear(6, 4, bias: false), after: .relu) { Linear(6, 4) }
        },
        Subject(
            "RNN", names: directions, input: series, refuses: (type(3, 5), "rnn: takes [batch, time, 6] (f32[3,5])")
        ) { RNN(6, 4).steps },
        Subject(
            "LSTM", names: directions, input: series, refuses: (type(3, 5), "lstm: takes [batch, time, 6] (f32[3,5])")
        ) { LSTM(6, 4).summary },
        Subject(
            "GRU", names: directions + directions.map { $0.replacing("forward", with: "backward") }, input: series,
            refuses: (type(3, 5, 3), "gru: takes [batch, time, 6] (f32[3,5,3])")
        ) { GRU(6, 4, isBidirectional: true).summary },
        Subject("SinusoidalEncoding", input: series, refuses: (type(3), "sinusoidalEncoding: takes [..., time, width] (f32[3])")) {
            SinusoidalEncoding()
        },
        Subject(
            "LearnedEncoding", names: ["weight"], input: series,
            refuses: (type(3, 9, 6), "learnedEncoding: takes [..., at most 8, 6] (f32[3,9,6])")
        ) { LearnedEncoding(8, 6) },
        Subject(
            "FeedForward", names: ["up.weight", "up.bias", "down.weight", "down.bias"], input: series,
            refuses: (type(3, 5), "linear: takes [..., 6] (f32[3,5])")
        ) { FeedForward(6, hidden: 8, dropout: 0.1) },
        Subject(
            "TransformerEncoderBlock", names: block, input: series,
            refuses: (type(3, 6), "attention: takes queries [batch, time, 6] (f32[3,6])")
        ) { TransformerEncoderBlock(6, heads: 2, options: TransformerOptions(rotary: nil)) },
        Subject(
            "TransformerEncoder", names: block.map { "blocks.0." + $0 } + ["norm.scale", "norm.shift"], input: random([3, 4, 8]),
            refuses: (type(3, 6), "attention: takes queries [batch, time, 8] (f32[3,6])")
        ) { TransformerEncoder(8, heads: 2, blocks: 1, options: TransformerOptions(hidden: 8, rotary: RotaryEncoding())) },
    ]

    @Test func `the contract has its checks and its layers`() {
        #expect(LayerContract.checks == ["names", "type", "refusal", "gradient", "inference", "batch", "training", "bf16", "reload"])
        #expect(Self.subjects.count == 35)
        #expect(Set(Self.subjects.map(\.name)).count == 35)
        // These take whatever they get.
        #expect(
            Self.subjects.filter { $0.refuses == nil }.map(\.name) == ["depthwise Conv2D", "Dropout", "Flatten", "Function"])
    }

    @Test func `every layer keeps to the contract`() {
        for subject in Self.subjects {
            for text in LayerContract.violations(subject) { Issue.record("\(subject): \(text)") }
        }
    }

    /// Numbers from 0 on, each once.
    private final class Counter: Sendable {
        private let count = Atomic<UInt64>(0)
        func next() -> UInt64 { count.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    /// Leaves a parameter out, mixes the batch, draws and writes in inference, loses digits, and says too little.
    private struct Wrong: Layer {
        let unused = Parameter([6], .ones)
        let count = StateVariable([])
        let counter: Counter

        func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
            pass.write(count, count.value + 1)
            let mixed = x - x.mean([0], keep: true) + unused.value * 0
            let drawn = linear(mixed, .normal([6, 6], key: RandomKey(seed: counter.next()))) * 1e5
            return pass.isTraining ? drawn / 0 : drawn.sin()
        }
        func check(_ input: TensorType) throws {
            if input.shape.rank != 2 { throw EngineError("wrong", "no") }
        }
    }

    /// Refuses what it can do.
    private struct Shy: Layer {
        func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor { x }
        func check(_ input: TensorType) throws { throw EngineError("shy", "no") }
    }

    @Test func `every check finds a layer that is wrong`() {
        let counter = Counter()
        let wrong = Subject("Wrong", names: ["weight"], input: Self.rows, refuses: (Self.type(4), "wrong: takes two axes (f32[4])")) {
            Wrong(counter: counter)
        }
        func failed(_ subject: Subject) -> [String] { LayerContract.violations(subject).map { String($0.prefix { $0 != ":" }) } }
        #expect(failed(wrong) == ["names", "refusal", "gradient", "inference", "batch", "training", "bf16", "reload"])
        #expect(failed(Subject("Shy", input: Self.rows) { Shy() }) == ["type"])
    }
}
