public import Engine

/// The binary cross-entropy with what is already right turned down: -α (1 - p)^γ ln p, with p the probability of the true answer.
///
/// - Parameter logits: any shape, unnormalised.
/// - Parameter target: 0 or 1, of the same shape.
/// - Parameter gamma: γ; 0 gives the cross-entropy.
/// - Parameter alpha: α for positive targets, 1 - α for the others; nil for none.
///
/// Lin et al., "Focal Loss for Dense Object Detection" (2017).
public func binaryFocal(
    _ logits: Tensor, _ target: Tensor, gamma: Double = 2, alpha: Double? = 0.25, weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    let target = matched("binaryFocal", logits, target)
    let x = logits.inFullPrecision()
    let entropy = x.softplus() - x * target
    let probability = x.sigmoid()
    let wrong = probability * (1 - target) + (1 - probability) * target  // 1 - p
    var losses = power(wrong, gamma) * entropy
    if let alpha { losses = losses * (target * alpha + (1 - target) * (1 - alpha)) }
    return reduction("binaryFocal", losses, weights)
}

/// The cross-entropy of classes with what is already right turned down: -w[label] (1 - p)^γ ln p, p = softmax(logits)[label].
///
/// - Parameter logits: [..., classes], unnormalised.
/// - Parameter labels: [...] integers.
/// - Parameter gamma: γ; 0 gives the cross-entropy.
/// - Parameter classWeights: [classes]: what each class counts. The mean is over the number of rows.
///
/// Lin et al., "Focal Loss for Dense Object Detection" (2017).
public func focal(
    _ logits: Tensor, _ labels: Tensor, gamma: Double = 2, classWeights: Tensor? = nil, weights: Tensor? = nil,
    reduction: Reduction = .mean
) -> Tensor {
    let entropy = softmaxCrossEntropy(logits, labels)
    // 1 - p = 1 - e^-entropy, exact for small entropies.
    var losses = power(-(-entropy).expm1(), gamma) * entropy
    if let classWeights { losses = losses * classWeights.cast(to: losses.dtype).gathered(labels) }
    return reduction("focal", losses, weights)
}
