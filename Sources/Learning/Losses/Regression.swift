public import Engine

// Losses of numbers. Prediction and target have one shape. The losses of all elements are reduced as `reduction` says;
// `weights` belong to the first axes, [batch] as a rule, and the mean is divided by their sum.

/// (prediction - target)²
public func meanSquaredError(
    _ prediction: Tensor, _ target: Tensor, weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    let target = matched("meanSquaredError", prediction, target)
    return reduction("meanSquaredError", (prediction.inFullPrecision() - target).square(), weights)
}

/// |prediction - target|
public func meanAbsoluteError(
    _ prediction: Tensor, _ target: Tensor, weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    let target = matched("meanAbsoluteError", prediction, target)
    return reduction("meanAbsoluteError", (prediction.inFullPrecision() - target).abs(), weights)
}

/// With d = |prediction - target|: d² ∕ 2 up to `delta`, delta (d - delta ∕ 2) beyond: errors beyond count linearly.
///
/// Huber, "Robust Estimation of a Location Parameter" (1964).
public func huber(
    _ prediction: Tensor, _ target: Tensor, delta: Double = 1, weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    guard delta > 0 else { trap(EngineError("huber", "delta must be positive, got \(delta)")) }
    let target = matched("huber", prediction, target)
    let distance = (prediction.inFullPrecision() - target).abs()
    let near = minimum(distance, delta)
    // near² / 2 + delta (distance - near) is both branches at once.
    return reduction("huber", near.square() * 0.5 + (distance - near) * delta, weights)
}

/// The pinball loss of quantiles: max(q e, (q - 1) e) with e = target - prediction, least where a part q of the targets lies below.
///
/// - Parameter prediction: [..., quantiles]: one prediction for each quantile.
/// - Parameter target: [...]
/// - Parameter quantiles: numbers in 0...1, such as [0.1, 0.5, 0.9].
///
/// Koenker and Bassett, "Regression Quantiles" (1978).
public func quantileLoss(
    _ prediction: Tensor, _ target: Tensor, quantiles: [Double], weights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    guard prediction.rank > 0, prediction.shape[-1] == quantiles.count,
        Array(prediction.shape.extents.dropLast()) == target.shape.extents, quantiles.allSatisfy({ (0...1).contains($0) })
    else {
        trap(
            EngineError(
                "quantileLoss", "takes [..., \(quantiles.count)] and [...] for the quantiles \(quantiles) in 0...1",
                operands: [prediction.type, target.type])
        )
    }
    let levels = Tensor(quantiles, [quantiles.count], as: prediction.dtype)
    let error = target.cast(to: prediction.dtype).expanded(-1) - prediction.inFullPrecision()
    return reduction("quantileLoss", maximum(error * levels, error * (levels - 1)), weights)
}
