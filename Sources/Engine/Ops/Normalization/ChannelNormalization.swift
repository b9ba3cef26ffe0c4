import CKernels

extension Tensor {
    /// Mean and (biased) variance of every channel over all other axes: [..., channels] → [channels] twice.
    ///
    /// In a program of shards they are those of the whole batch. f64 for f64, f32 for everything else.
    public func channelMoments() -> (mean: Tensor, variance: Tensor) {
        let sums = Tensor.makeAll(ChannelSums(), [self])
        let share = 1 / Double(Swift.max(1, count / Swift.max(1, sums[0].count)))
        let mean = sums[0] * share
        let variance = maximum(sums[1] * share - mean.square(), 0)
        return (mean.cast(to: dtype.statistics), variance.cast(to: dtype.statistics))
    }

    /// Batch normalisation in training: (x - mean) / √(variance + ε) · scale + shift with the moments of this batch.
    ///
    /// - Parameter scale: [channels]; nil stands for ones.
    /// - Parameter shift: [channels]; nil stands for zeros.
    /// - Parameter epsilon: ε, against division by zero.
    /// - Returns: the result, and the batch's mean and biased variance.
    ///
    /// Ioffe and Szegedy, "Batch Normalization" (2015).
    public func batchNorm(scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Double = 1e-5) -> (
        result: Tensor, mean: Tensor, variance: Tensor
    ) {
        let (mean, variance) = channelMoments()
        return (scaledChannels(factor(variance, scale, epsilon), center: mean, shift: shift), mean, variance)
    }

    /// Batch normalisation in training that also gives the next running statistics:
    /// (1 - momentum) · old + momentum · of this batch, with the unbiased variance.
    public func batchNorm(
        scale: Tensor? = nil, shift: Tensor? = nil, runningMean: Tensor, runningVariance: Tensor, momentum: Double = 0.1,
        epsilon: Double = 1e-5
    ) -> (result: Tensor, runningMean: Tensor, runningVariance: Tensor) {
        let (result, mean, variance) = batchNorm(scale: scale, shift: shift, epsilon: epsilon)
        let rows = Double(count / Swift.max(1, mean.count))
        func next(_ old: Tensor, _ new: Tensor) -> Tensor { old * (1 - momentum) + (new * momentum).stopGradient().cast(to: old.dtype) }
        return (result, next(runningMean, mean), next(runningVariance, variance * (rows / Swift.max(1, rows - 1))))
    }

    /// Batch normalisation with known statistics. In a frozen program it disappears in the convolution before it.
    public func batchNorm(scale: Tensor? = nil, shift: Tensor? = nil, mean: Tensor, variance: Tensor, epsilon: Double = 1e-5) -> Tensor {
        let factor = factor(variance, scale, epsilon)
        let moved = -(mean.cast(to: dtype.statistics) * factor)
        return scaledChannels(factor, center: nil, shift: shift.map { $0.cast(to: dtype.statistics) + moved } ?? moved)
    }

    /// Normalises groups of neighbouring channels of every sample: [batch, ..., channels].
    ///
    /// Wu and He, "Group Normalization" (2018).
    public func groupNorm(groups: Int, scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
        let name = "groupNorm"
        demand(rank >= 2, "\(EngineError(name, "needs [batch, ..., channels]", operands: [type]))")
        let channels = shape[-1], batch = shape[0], places = shape.extents[1..<rank - 1].reduce(1, *)
        demand(
            groups > 0 && channels % groups == 0,
            "\(EngineError(name, "\(channels) channels do not divide into \(groups) groups", operands: [type]))")
        let part = channels / groups
        let rows = reshaped(batch, places, groups, part).transposed([0, 2, 1, 3])  // [batch, groups, places, channels / groups]
        let normal = rows.reshaped(batch, groups, places * part).layerNorm(epsilon: epsilon)
        let result = normal.reshaped(batch, groups, places, part).transposed([0, 2, 1, 3]).reshaped(shape)
        if scale == nil && shift == nil { return result }
        return result.scaledChannels((scale ?? .ones([channels], dtype.statistics)).cast(to: dtype.statistics), center: nil, shift: shift)
    }

    /// Normalises every channel of every sample: [batch, ..., channels].
    ///
    /// Ulyanov, Vedaldi and Lempitsky, "Instance Normalization" (2016).
    public func instanceNorm(scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
        groupNorm(groups: Swift.max(1, shape[-1]), scale: scale, shift: shift, epsilon: epsilon)
    }

    /// x / max(‖x‖₂, ε) along an axis.
    public func l2Normalized(along axis: Int = -1, epsilon: Double = 1e-12) -> Tensor {
        let wide = cast(to: dtype.statistics)
        return (wide * maximum(wide.square().sum([axis], keep: true), epsilon * epsilon).rsqrt()).cast(to: dtype)
    }

    private func factor(_ variance: Tensor, _ scale: Tensor?, _ epsilon: Double) -> Tensor {
        let inverse = (variance.cast(to: dtype.statistics) + epsilon).rsqrt()
        return scale.map { inverse * $0.cast(to: inverse.dtype) } ?? inverse
    }

    /// (x - center) · factor + shift for every channel.
    func scaledChannels(_ factor: Tensor, center: Tensor?, shift: Tensor?) -> Tensor {
        let op = ScaleChannels(hasCenter: center != nil, hasShift: shift != nil)
        return Tensor.makeAll(op, [self, factor] + [center, shift].compactMap { $0?.cast(to: dtype.statistics) })[0]
    }
}

/// (x - center) · factor + shift; operands x [..., channels], the factor [channels], then center and shift as far as there are any.
struct ScaleChannels: Op {
    var hasCenter = false
    var hasShift = false
    var name: String { "scaleChannels" }
    var isElementwise: Bool { true }
    var precision: PrecisionClass { .follow }
    func keepsWide(operand: Int) -> Bool { operand > 0 }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        let count = 2 + (hasCenter ? 1 : 0) + (hasShift ? 1 : 0)
        try require(count...count, operands)
        try requireFloat(operands)
        let x = operands[0]
        guard x.shape.rank > 0 else { throw refuse("needs channels", operands) }
        let channels = TensorType([x.shape[-1]], x.dtype.statistics)
        if operands.dropFirst().contains(where: { $0 != channels }) {
            throw refuse("scale, shift and statistics must be \(channels)", operands)
        }
        return [x]
    }

    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? {
        let x = hasCenter ? builder.apply(MK_OP_SUB, operands[0], operands[2]) : operands[0]
        return hasShift ? builder.apply(MK_OP_FMA, x, operands[1], operands.last!) : builder.apply(MK_OP_MUL, x, operands[1])
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let g = call.flow[0]!, factor = call.operands[1]
        let center = hasCenter ? call.operands[2] : nil
        let sums = Tensor.makeAll(ChannelGradientSums(hasCenter: hasCenter), [call.operands[0], g] + (center.map { [$0] } ?? []))
        return [g.scaledChannels(factor, center: nil, shift: nil), sums[1]] + (hasCenter ? [-(factor * sums[0])] : [])
            + (hasShift ? [sums[0]] : [])
    }
}

/// Σ x and Σ x² of every channel over all other axes, in f64: partial sums of shards add up, and a small variance is not
/// lost in a large mean.
struct ChannelSums: Op {
    var name: String { "channelSums" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        try requireFloat(operands)
        guard operands[0].shape.rank > 0 else { throw refuse("needs channels", operands) }
        let sum = TensorType([operands[0].shape[-1]], .f64)
        return [sum, sum]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        // f₁ + 2 x f₂ = 2 f₂ (x - c) + (f₁ + 2 c f₂) for any c; with the mean, small numbers stay small.
        let x = call.operands[0], channels = call.results[0].count
        let f1 = call.flow[0] ?? .zeros([channels], .f64)
        guard let f2 = call.flow[1] else { return [f1.cast(to: x.dtype).broadcast(to: x.shape)] }
        let mean = call.results[0] * (1 / Double(max(1, x.count / max(1, channels))))
        // The constant must be that of the center as it is rounded.
        let center = mean.cast(to: x.dtype.statistics)
        return [x.scaledChannels((f2 * 2).cast(to: x.dtype.statistics), center: center, shift: f1 + f2 * 2 * center.cast(to: .f64))]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 1 ? [Split([.slice], [.sum, .sum])] : []
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        if operands[0].dtype == .f32 || operands[0].dtype == .bf16 { return nil }
        let x = operands[0].cast(to: .f64), lead = Array(0..<x.rank - 1)
        return [x.sum(lead), x.square().sum(lead)]
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let x = binder.operands[0], columns = x.shape[-1], rows = columns == 0 ? 0 : x.shape.count / columns
        let sum = binder.results[0].pointer(as: Double.self), squares = binder.results[1].pointer(as: Double.self)
        return Kernel(label: "mk.channelSums") { _, _ in mk_channel_sums(x.pointer, x.dtype.kernelType, sum, squares, rows, columns) }
    }
}

/// Σ g and Σ g (x - center) of every channel; operands x, g, and the center if there is one.
struct ChannelGradientSums: Op {
    var hasCenter = false
    var name: String { "channelGradientSums" }
    var precision: PrecisionClass { .follow }
    func keepsWide(operand: Int) -> Bool { operand > 1 }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require((hasCenter ? 3 : 2)...(hasCenter ? 3 : 2), operands)
        let x = operands[0]
        guard operands[1] == x, x.shape.rank > 0 else { throw refuse("value and gradient differ", operands) }
        let sum = TensorType([x.shape[-1]], x.dtype.statistics)
        if hasCenter, operands[2] != sum { throw refuse("the center must be \(sum)", operands) }
        return [sum, sum]
    }

    private func composition(_ operands: [Tensor]) -> [Tensor] {
        let type = operands[0].dtype.statistics
        let x = operands[0].cast(to: type), g = operands[1].cast(to: type), lead = Array(0..<x.rank - 1)
        return [g.sum(lead), (g * (hasCenter ? x - operands[2] : x)).sum(lead)]
    }

    func gradient(_ call: Call) -> [Tensor?] { gradient(call, through: composition) }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 1 ? [Split([.slice, .slice] + (hasCenter ? [.whole] : []), [.sum, .sum])] : []
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        operands[0].dtype == .f32 || operands[0].dtype == .bf16 ? nil : composition(operands)
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let x = binder.operands[0], g = binder.operands[1].pointer, columns = x.shape[-1], rows = columns == 0 ? 0 : x.shape.count / columns
        let center = hasCenter ? binder.operands[2].floats : nil
        let sum = binder.results[0].floats, product = binder.results[1].floats
        return Kernel(label: "mk.channelGradientSums") { _, _ in
            mk_channel_gradient_sums(x.pointer, g, x.dtype.kernelType, center, sum, product, rows, columns)
        }
    }
}

extension Convolution {
    /// A constant scale and shift of the channels go into a constant kernel and bias.
    func folding(_ scaling: ScaleChannels, _ operands: [Tensor], _ others: [Tensor]) -> [Tensor]? {
        guard activation == .none, !hasResidual, !scaling.hasCenter, scaling.hasShift,
            operands[0].dtype == .f32 || operands[0].dtype == .bf16,
            (operands.dropFirst() + others).allSatisfy(\.isConstant)
        else { return nil }
        // Rounded once, after the sum: a narrow constant was made from a wide one.
        func wide(_ x: Tensor) -> Tensor {
            if let cast = x.node.op as? Cast, !x.node.isLeaf, cast.dtype == .bf16 { return x.node.operands[0] }
            return x.cast(to: .f32)
        }
        let folded = foldedConvolution(
            kernel: wide(operands[1]), bias: hasBias ? wide(operands[2]) : nil, scale: others[0], shift: others[1])
        var joined = self
        joined.hasBias = true
        let dtype = operands[0].dtype
        return try? Tensor.apply(joined, [operands[0], folded.kernel.cast(to: dtype), folded.bias!.cast(to: dtype)])
    }
}

let normalizationCatalog: [any Op] =
    rowNormalizationCatalog + [ScaleChannels(), ChannelSums(), ChannelGradientSums()]
