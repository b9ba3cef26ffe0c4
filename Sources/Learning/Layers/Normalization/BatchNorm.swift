public import Engine

/// (x - mean) ∕ √(variance + ε) · scale + shift for every channel of [..., channels].
///
/// Training takes mean and variance of the batch and moves the running statistics towards them:
/// (1 - momentum) · old + momentum · of this batch, with the unbiased variance. Inference takes the running statistics.
///
/// Ioffe and Szegedy, "Batch Normalization" (2015).
public struct BatchNorm: Layer {
    /// [channels]
    public let scale: Parameter?
    /// [channels]
    public let shift: Parameter?
    public let runningMean: StateVariable
    public let runningVariance: StateVariable
    public let momentum: Double
    public let epsilon: Double

    /// - Parameters:
    ///   - channels: extent of the last axis.
    ///   - momentum: the weight of the present batch in the running statistics.
    ///   - epsilon: ε, against division by zero.
    ///   - affine: whether there are a scale and a shift to be learned.
    ///   - initialScale: 0 makes a residual branch begin as nothing.
    public init(_ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, affine: Bool = true, initialScale: Double = 1) {
        scale = affine ? Parameter([channels], .constant(initialScale)) : nil
        shift = affine ? Parameter([channels]) : nil
        runningMean = StateVariable([channels])
        runningVariance = StateVariable([channels], initially: 1)
        self.momentum = momentum
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
        inScope(of: scale) {
            demand(x)
            guard pass.isTraining else {
                return x.batchNorm(
                    scale: scale?.value, shift: shift?.value, mean: runningMean.value, variance: runningVariance.value, epsilon: epsilon)
            }
            let next = x.batchNorm(
                scale: scale?.value, shift: shift?.value, runningMean: runningMean.value, runningVariance: runningVariance.value,
                momentum: momentum, epsilon: epsilon)
            pass.write(runningMean, next.runningMean)
            pass.write(runningVariance, next.runningVariance)
            return next.result
        }
    }

    public func check(_ input: TensorType) throws { try requireChannels("batchNorm", input, runningMean.shape[0], scale) }
}
