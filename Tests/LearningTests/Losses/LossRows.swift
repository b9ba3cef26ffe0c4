import Engine
import Learning
import TestKit

/// The losses as functions of a case's tensors.
let lossRows: [Row] = [
    Row("meanSquaredError") { meanSquaredError($0[0], $0[1], weights: $1.weights($0), reduction: $1.reduction) },
    Row("meanAbsoluteError") { meanAbsoluteError($0[0], $0[1], reduction: $1.reduction) },
    Row("huber") { huber($0[0], $0[1], delta: $1.double("delta"), reduction: $1.reduction) },
    Row("quantileLoss") { quantileLoss($0[0], $0[1], quantiles: $1.doubles("quantiles"), reduction: $1.reduction) },
    Row("crossEntropy") { inputs, settings in
        crossEntropy(
            inputs[0], settings.isSoft(inputs) ? inputs[1].stopGradient() : inputs[1], smoothing: settings.double("smoothing", 0),
            classWeights: settings.has("classWeights") ? inputs[2].stopGradient() : nil,
            ignoring: settings.has("ignored") ? settings.int("ignored") : nil, weights: settings.weights(inputs)?.stopGradient(),
            reduction: settings.reduction)
    },
    Row("binaryCrossEntropy") { inputs, settings in
        settings.has("positiveWeight")
            ? binaryCrossEntropy(
                inputs[0], inputs[1].stopGradient(), positiveWeight: settings.double("positiveWeight"), reduction: settings.reduction)
            : binaryCrossEntropy(inputs[0], inputs[1].stopGradient(), reduction: settings.reduction)
    },
    Row("binaryFocal") { binaryFocal($0[0], $0[1].stopGradient(), reduction: $1.reduction) },
    Row("focal") {
        focal($0[0], $0[1], gamma: $1.double("gamma"), classWeights: $0[2].stopGradient(), reduction: $1.reduction)
    },
    Row("contrastive") {
        contrastive($0[0], $0[1], same: $0[2].stopGradient(), margin: $1.double("margin"), reduction: $1.reduction)
    },
    Row("triplet") { triplet(anchor: $0[0], positive: $0[1], negative: $0[2], margin: $1.double("margin"), reduction: $1.reduction) },
    Row("cosineLoss") { cosineLoss($0[0], $0[1], reduction: $1.reduction) },
    Row("cosineContrastive") {
        cosineContrastive($0[0], $0[1], same: $0[2].stopGradient(), margin: $1.double("margin"), reduction: $1.reduction)
    },
    Row("crossViewEntropy", tolerance: 1e-5) {
        crossViewEntropy($0[0], $0[1], temperature: $1.double("temperature"), reduction: $1.reduction)
    },
    Row("klDivergence") { klDivergence($0[0].logSoftmax(), $0[1].stopGradient(), reduction: $1.reduction) },
    Row("ctc", tolerance: 1e-5) {
        ctc($0[0], $0[1], lengths: $0[2], labelCounts: $0[3], blank: $1.int("blank"), reduction: $1.reduction)
    },
]

extension Row {
    fileprivate init(_ name: String, tolerance: Double = 4e-6, _ function: @escaping @Sendable ([Tensor], Attributes) -> Tensor) {
        self.init(name, tolerance: tolerance) { inputs, settings -> [Tensor] in [function(inputs, settings)] }
    }
}

extension Attributes {
    fileprivate var reduction: Reduction { Reduction(rawValue: text("reduction"))! }
    fileprivate func weights(_ inputs: [Tensor]) -> Tensor? { has("weighted") ? inputs[2] : nil }
    fileprivate func isSoft(_ inputs: [Tensor]) -> Bool { inputs[1].dtype.isFloat }
}
