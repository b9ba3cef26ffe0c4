import Engine
import Learning
import TestKit

let layerRows: [LayerRow] =
    [
        LayerRow("linear") { Linear($0.int("inputs"), $0.int("outputs"), bias: $0.truth("bias")) },
        LayerRow("conv1d") {
            Conv1D(
                $0.int("inputs"), $0.int("outputs"), kernel: PerAxis($0.int("kernel")), stride: PerAxis($0.int("stride", 1)),
                padding: $0.padding,
                dilation: PerAxis($0.int("dilation", 1)), groups: $0.int("groups", 1), bias: $0.truth("bias"))
        },
        LayerRow("conv2d") {
            Conv2D(
                $0.int("inputs"), $0.int("outputs"), kernel: PerAxis($0.int("kernel")), stride: PerAxis($0.int("stride", 1)),
                padding: $0.padding,
                dilation: PerAxis($0.int("dilation", 1)), groups: $0.int("groups", 1), bias: $0.truth("bias"))
        },
        LayerRow("conv2d.depthwise") { _ in Conv2D.depthwise(4, multiplier: 2, kernel: 3, padding: .valid) },
        LayerRow("convTranspose1d") {
            ConvTranspose1D(
                $0.int("inputs"), $0.int("outputs"), kernel: PerAxis($0.int("kernel")), stride: PerAxis($0.int("stride", 1)),
                padding: $0.padding,
                outputPadding: PerAxis($0.int("output_padding", 0)), dilation: PerAxis($0.int("dilation", 1)), groups: $0.int("groups", 1))
        },
        LayerRow("convTranspose2d") {
            ConvTranspose2D(
                $0.int("inputs"), $0.int("outputs"), kernel: PerAxis($0.int("kernel")), stride: PerAxis($0.int("stride", 1)),
                padding: $0.padding,
                outputPadding: PerAxis($0.int("output_padding", 0)), dilation: PerAxis($0.int("dilation", 1)), groups: $0.int("groups", 1))
        },
        LayerRow("maxPool") { MaxPool(PerAxis($0.int("window")), stride: $0.stride, padding: $0.padding) },
        LayerRow("averagePool") { AveragePool(PerAxis($0.int("window")), stride: $0.stride, padding: $0.padding) },
        LayerRow("adaptiveMaxPool") { AdaptiveMaxPool(PerAxis($0.int("window"))) },
        LayerRow("adaptiveAveragePool") { AdaptiveAveragePool(PerAxis($0.int("window"))) },
        LayerRow("globalMaxPool") { _ in GlobalMaxPool() },
        LayerRow("globalAveragePool") { _ in GlobalAveragePool() },
        LayerRow("batchNorm", tolerance: 1e-5) { _ in BatchNorm(3, momentum: 0.3, epsilon: 1e-3) },
        LayerRow("layerNorm", tolerance: 1e-5) { LayerNorm(Shape($0.ints("extents"))) },
        LayerRow("rmsNorm", tolerance: 1e-5) { RMSNorm($0.ints("extents")[0]) },
        LayerRow("groupNorm", tolerance: 1e-5) { GroupNorm($0.int("groups"), $0.int("channels")) },
        LayerRow("instanceNorm", tolerance: 1e-5) { InstanceNorm($0.int("channels"), affine: true) },
        LayerRow("embedding") { Embedding(4, 3, padding: $0.has("padding") ? $0.int("padding") : nil) },
        LayerRow("prelu") { PReLU($0.int("channels")) },
        LayerRow("recurrent.lstm", tolerance: 1e-5) { sequences(LSTM(2, 3, layers: $0.int("layers"), isBidirectional: $0.truth("both"))) },
        LayerRow("recurrent.gru", tolerance: 1e-5) { sequences(GRU(2, 3, layers: $0.int("layers"), isBidirectional: $0.truth("both"))) },
        LayerRow("recurrent.rnn", tolerance: 1e-5) { sequences(RNN(2, 3, layers: $0.int("layers"), isBidirectional: $0.truth("both"))) },
        LayerRow("recurrent.rnn.relu", tolerance: 1e-5) {
            sequences(RNN(2, 3, layers: $0.int("layers"), isBidirectional: $0.truth("both"), isRectified: true))
        },
        LayerRow("attention", tolerance: 1e-5) { settings in
            let attention = MultiHeadAttention(6, heads: 2, contextWidth: settings.has("context") ? settings.int("context") : nil)
            let keyMask = settings.has("keyMask") ? Tensor(settings.ints("keyMask").map { $0 == 1 }, [2, 4]) : nil
            let mask = settings.has("added") ? Tensor(settings.doubles("added").map(Float.init), [4, 4]) : nil
            let isCausal = settings.truth("causal", false)
            return (
                attention,
                { x, pass in
                    let context = x.count > 1 ? x[1] : nil
                    return [
                        attention(x[0], &pass, context: context, mask: mask, keyMask: keyMask, isCausal: isCausal),
                        attention.map(x[0], context: context, mask: mask, keyMask: keyMask, isCausal: isCausal),
                    ]
                }
            )
        },
        LayerRow("encoderBlock", tolerance: 2e-5) { TransformerEncoderBlock(6, heads: 2, options: $0.transformer) },
        LayerRow("encoder", tolerance: 2e-5) { _ in
            TransformerEncoder(6, heads: 2, blocks: 2, options: TransformerOptions(hidden: 4, dropout: 0))
        },
        LayerRow("decoderBlock", tolerance: 2e-5) { settings in
            let block = TransformerDecoderBlock(6, heads: 2, options: settings.transformer)
            return (block, { x, pass in [block(x[0], memory: x[1], &pass)] })
        },
        LayerRow("sinusoidal") { _ in SinusoidalEncoding() },
        LayerRow("rotary.neighbours") { _ in rotary(.neighbours) },
        LayerRow("rotary.halves") { _ in rotary(.halves) },
        LayerRow("learned") { _ in LearnedEncoding(6, 3) },
    ] + Activation.all.map { activation in LayerRow("activation.\(activation.name)") { _ in activation } }

private func sequences(_ module: some RecurrentModule) -> (model: any Module, call: LayerRow.Call) {
    (
        module,
        { x, pass in
            let output = module(x[0], &pass)
            return [output.steps, output.summary]
        }
    )
}

private func rotary(_ pairs: RotaryEncoding.Pairs) -> (model: any Module, call: LayerRow.Call) {
    let encoding = RotaryEncoding(base: 100, pairs: pairs)
    return (encoding, { x, _ in [encoding(x[0])] })
}

extension Attributes {
    fileprivate var padding: Padding {
        guard case .text = values["padding"] else { return has("padding") ? .explicit(PerAxis(int("padding"))) : .valid }
        return .same
    }
    fileprivate var stride: PerAxis? { has("stride") ? PerAxis(int("stride")) : nil }
    fileprivate var transformer: TransformerOptions {
        TransformerOptions(hidden: 4, dropout: 0, activation: Activation(name: text("activation"))!, isPreNorm: truth("pre"))
    }
}
