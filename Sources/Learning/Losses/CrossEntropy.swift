public import Engine

/// The cross-entropy of classes: -Σ target · ln softmax(logits) over the last axis.
///
/// - Parameters:
///   - logits: [..., classes], unnormalised.
///   - labels: [...] integers, or [..., classes] floating-point numbers: the probabilities of the classes.
///   - smoothing: ε: the target becomes (1 - ε) target + ε ∕ classes (Szegedy et al. 2016).
///   - classWeights: [classes]: what each class counts; the mean over integer labels is divided by the weights of the labels.
///   - ignoring: a label that stands for nothing to learn: its rows are 0 and do not count in the mean.
///   - weights: of the first axes of the labels.
public func crossEntropy(
    _ logits: Tensor, _ labels: Tensor, smoothing: Double = 0, classWeights: Tensor? = nil, ignoring ignored: Int? = nil,
    weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    let name = "crossEntropy"
    guard (0...1).contains(smoothing) else { trap(EngineError(name, "the smoothing must be in 0...1, got \(smoothing)")) }
    guard logits.rank > 0, logits.shape[-1] > 0 else {
        trap(EngineError(name, "takes logits [..., classes]", operands: [logits.type]))
    }
    if let classWeights, classWeights.shape != [logits.shape[-1]] {
        trap(EngineError(name, "takes a weight for each of \(logits.shape[-1]) classes", operands: [classWeights.type]))
    }
    if labels.dtype.isFloat {
        guard labels.shape == logits.shape else {
            trap(EngineError(name, "probabilities must have the shape of the logits", operands: [logits.type, labels.type]))
        }
        guard ignored == nil else { trap(EngineError(name, "only integer labels can be ignored")) }
        var target = labels.cast(to: logits.dtype)
        if smoothing > 0 { target = target * (1 - smoothing) + smoothing / Double(logits.shape[-1]) }
        if let classWeights { target = target * classWeights.cast(to: logits.dtype) }
        return reduction(name, -(target * logits.inFullPrecision().logSoftmax()).sum([-1]), weights)
    }
    guard labels.dtype.isInteger, labels.shape.extents == Array(logits.shape.extents.dropLast()) else {
        trap(EngineError(name, "takes labels [...] for logits [..., classes]", operands: [logits.type, labels.type]))
    }
    let plain = softmaxCrossEntropy(logits, labels, ignoring: ignored)
    if smoothing == 0 && classWeights == nil && ignored == nil { return reduction(name, plain, weights) }
    // [..., 1 for a row that counts]: what each row counts in the mean.
    let counted = ignored.map { labels.isNotEqual(to: Tensor.fill(Double($0), [], labels.dtype)) }
    var share = Tensor.ones(plain.shape, plain.dtype)
    if let classWeights {
        let safe = counted.map { select($0, labels, .fill(0, [], labels.dtype)) } ?? labels
        share = classWeights.cast(to: plain.dtype).gathered(safe)
    }
    if let counted { share = select(counted, share, .fill(0, [], plain.dtype)) }
    var losses = plain * share
    if smoothing > 0 {
        let logarithms = logits.inFullPrecision().logSoftmax().cast(to: plain.dtype)
        let even = -(classWeights.map { logarithms * $0.cast(to: plain.dtype) } ?? logarithms).mean([-1])
        let kept = counted.map { select($0, even, .fill(0, [], plain.dtype)) } ?? even
        losses = losses * (1 - smoothing) + kept * smoothing
    }
    guard reduction == .mean else { return reduction(name, losses, weights) }
    if let weights {
        let column = Shape(weights.shape.extents + [Int](repeating: 1, count: max(0, losses.rank - weights.rank)))
        share = share * weights.cast(to: share.dtype).reshaped(column)
    }
    return Reduction.sum(name, losses, weights) / nonzero(share.sum())
}

/// -(positiveWeight · target · ln σ(x) + (1 - target) ln (1 - σ(x))) for every element, exact also where σ is 0 or 1.
///
/// - Parameter logits: any shape, unnormalised.
/// - Parameter target: probabilities of the same shape, or truths, or integers 0 and 1.
/// - Parameter positiveWeight: what a positive target counts: one number, or a tensor that broadcasts to the logits.
public func binaryCrossEntropy(
    _ logits: Tensor, _ target: Tensor, positiveWeight: Tensor? = nil, weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    let target = matched("binaryCrossEntropy", logits, target)
    let x = logits.inFullPrecision()
    // ln σ(x) = -softplus(-x), ln (1 - σ(x)) = -softplus(x)
    guard let positiveWeight else { return reduction("binaryCrossEntropy", x.softplus() - x * target, weights) }
    let positive = target * (-x).softplus() * positiveWeight.cast(to: x.dtype)
    return reduction("binaryCrossEntropy", positive + (1 - target) * x.softplus(), weights)
}

/// As the other, with one number for all positive targets.
public func binaryCrossEntropy(
    _ logits: Tensor, _ target: Tensor, positiveWeight: Double, weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    binaryCrossEntropy(
        logits, target, positiveWeight: Tensor.fill(positiveWeight, [], logits.dtype), weights: weights, reduction: reduction)
}
