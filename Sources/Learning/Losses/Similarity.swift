public import Engine

/// Brings embeddings of equals together and keeps others a margin apart: same · d² + (1 - same) · max(0, margin - d)²,
/// d = ‖left - right‖.
///
/// - Parameter left: [..., width]; so is `right`.
/// - Parameter same: [...]: 1 or true for equals, 0 for others.
///
/// Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant Mapping" (2006).
public func contrastive(
    _ left: Tensor, _ right: Tensor, same: Tensor, margin: Double = 1, weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    let right = matched("contrastive", left, right)
    let squares = (left.inFullPrecision() - right).square().sum([-1])
    let same = matched("contrastive", squares, same)
    let apart = maximum(margin - distance(squares), 0).square()
    return reduction("contrastive", same * squares + (1 - same) * apart, weights)
}

/// An anchor shall be nearer to its like than to another by a margin: max(0, ‖a - p‖ - ‖a - n‖ + margin).
///
/// - Parameter anchor: [..., width]; so are `positive` and `negative`.
///
/// Schroff, Kalenichenko and Philbin, "FaceNet" (2015).
public func triplet(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: Double = 1, weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    let a = anchor.inFullPrecision()
    let near = distance((a - matched("triplet", anchor, positive)).square().sum([-1]))
    let far = distance((a - matched("triplet", anchor, negative)).square().sum([-1]))
    return reduction("triplet", maximum(near - far + margin, 0), weights)
}

/// 1 - cos of the angle between prediction and target: [..., width] → [...].
public func cosineLoss(_ prediction: Tensor, _ target: Tensor, weights: Tensor? = nil, reduction: Reduction = .mean) -> Tensor {
    let target = matched("cosineLoss", prediction, target)
    return reduction("cosineLoss", 1 - cosine(prediction.inFullPrecision(), target), weights)
}

/// Brings embeddings of equals together and turns others away: 1 - cos for equals, max(0, cos - margin) for others.
///
/// - Parameter same: [...]: 1 or true for equals, 0 for others.
public func cosineContrastive(
    _ left: Tensor, _ right: Tensor, same: Tensor, margin: Double = 0, weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    let right = matched("cosineContrastive", left, right)
    let cosine = cosine(left.inFullPrecision(), right)
    let same = matched("cosineContrastive", cosine, same)
    return reduction("cosineContrastive", same * (1 - cosine) + (1 - same) * maximum(cosine - margin, 0), weights)
}

/// Two views of each sample shall find each other among all views of the batch: the cross-entropy of the cosines ∕ temperature.
///
/// - Parameter left: [batch, width]; `right` holds the other view of each sample in the same order.
///
/// NT-Xent of Chen et al., "A Simple Framework for Contrastive Learning" (SimCLR, 2020).
public func crossViewEntropy(_ left: Tensor, _ right: Tensor, temperature: Double = 0.5, reduction: Reduction = .mean) -> Tensor {
    let right = matched("crossViewEntropy", left, right)
    guard left.rank == 2, temperature > 0 else {
        trap(EngineError("crossViewEntropy", "takes [batch, width] and a positive temperature", operands: [left.type]))
    }
    let count = left.shape[0]
    let views = concatenate([left.inFullPrecision(), right], 0).l2Normalized()  // [2 batch, width]
    let itself = Tensor.iota(2 * count).expanded(-1).isEqual(to: .iota(2 * count))
    let cosines = matmul(views, views, transposeRight: true).inFullPrecision() * (1 / temperature)  // [2 batch, 2 batch]
    let others = select(itself, .fill(-.infinity, [], left.dtype), cosines)
    let partners = concatenate([.iota(count, start: Double(count)), .iota(count)], 0)
    return reduction("crossViewEntropy", softmaxCrossEntropy(others, partners), nil)
}

/// Σ target (ln target - logProbabilities) over the last axis: how far a distribution is from the target.
///
/// - Parameter logProbabilities: [..., classes]: logarithms of the predicted probabilities, as `logSoftmax` gives them.
/// - Parameter target: probabilities of the same shape; where they are 0 nothing is added.
///
/// Kullback and Leibler, "On Information and Sufficiency" (1951).
public func klDivergence(_ logProbabilities: Tensor, _ target: Tensor, weights: Tensor? = nil, reduction: Reduction = .mean) -> Tensor {
    let target = matched("klDivergence", logProbabilities, target)
    let isPositive = target.isGreater(than: 0)
    let own = select(isPositive, target, .fill(1, [], target.dtype)).log()
    let terms = select(isPositive, target * (own - logProbabilities.inFullPrecision()), .fill(0, [], target.dtype))
    return reduction("klDivergence", terms.sum([-1]), weights)
}

/// √squares, with gradient 0 at 0.
private func distance(_ squares: Tensor) -> Tensor {
    let isPositive = squares.isGreater(than: 0), one = Tensor.fill(1, [], squares.dtype)
    return select(isPositive, select(isPositive, squares, one).sqrt(), .fill(0, [], squares.dtype))
}

/// x · y ∕ (‖x‖ ‖y‖) over the last axis; 0 for a vector of length 0.
private func cosine(_ x: Tensor, _ y: Tensor) -> Tensor { (x.l2Normalized() * y.l2Normalized()).sum([-1]) }
