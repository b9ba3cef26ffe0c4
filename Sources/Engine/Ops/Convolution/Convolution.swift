extension Tensor {
    /// Cross-correlation with a kernel over one, two or three spatial axes (LeCun et al. 1989):
    ///
    ///     y[n, o, k] = bias[k] + Σ x[n, o · stride + t · dilation - padding, c] · kernel[k, c, t]   over c and t
    ///
    /// - Parameter kernel: [out, in / groups, spatial…], as PyTorch stores it. Channels and results are divided into `groups` that
    ///   do not see each other; groups = channels is a depthwise convolution.
    /// - Parameter bias: [out].
    /// - Parameter stride: distance between windows, one for all spatial axes or one each.
    /// - Parameter padding: at the edges of every spatial axis.
    /// - Parameter dilation: distance between the taps of the kernel.
    /// - Parameter groups: parts into which channels and results are divided.
    /// - Returns: [batch, spatial…, out] for an image [batch, spatial…, in].
    /// - Throws: an error that names the extents which do not fit.
    public func convolution(
        _ kernel: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid, dilation: PerAxis = 1, groups: Int = 1
    ) throws -> Tensor {
        try convolution(spatial: rank - 2, kernel, bias, stride, padding, dilation, groups)
    }

    /// Convolution over a series: [batch, time, in] with a kernel [out, in / groups, taps].
    public func conv1d(
        _ kernel: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid, dilation: PerAxis = 1, groups: Int = 1
    ) -> Tensor {
        trapping { try convolution(spatial: 1, kernel, bias, stride, padding, dilation, groups) }
    }

    /// Convolution over images: [batch, height, width, in] with a kernel [out, in / groups, height, width].
    public func conv2d(
        _ kernel: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid, dilation: PerAxis = 1, groups: Int = 1
    ) -> Tensor {
        trapping { try convolution(spatial: 2, kernel, bias, stride, padding, dilation, groups) }
    }

    /// Convolution over volumes: [batch, depth, height, width, in] with a kernel [out, in / groups, depth, height, width].
    public func conv3d(
        _ kernel: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid, dilation: PerAxis = 1, groups: Int = 1
    ) -> Tensor {
        trapping { try convolution(spatial: 3, kernel, bias, stride, padding, dilation, groups) }
    }

    private func convolution(
        spatial: Int, _ kernel: Tensor, _ bias: Tensor?, _ stride: PerAxis, _ padding: Padding, _ dilation: PerAxis, _ groups: Int
    ) throws -> Tensor {
        let name = "conv\(spatial)d"
        guard (1...3).contains(spatial), kernel.rank == spatial + 2 else {
            throw EngineError(
                name, "takes an image [batch, spatial…, in] and a kernel [out, in / groups, spatial…]", operands: [type, kernel.type])
        }
        let windows = try Windows(
            name, image: type, window: Array(kernel.shape.extents.dropFirst(2)), stride: stride, dilation: dilation, padding: padding)
        let operands = [self, kernel] + (bias.map { [$0] } ?? [])
        return try Tensor.apply(Convolution(windows: windows, groups: groups, hasBias: bias != nil), operands)[0]
    }

    /// The transposed convolution: every source pixel spreads the kernel over the result, which is what flows back through a
    /// convolution of that kernel (Zeiler et al. 2010). Extents grow to (extent - 1) · stride - padding + (taps - 1) · dilation + 1
    /// + `outputPadding`.
    ///
    /// - Parameter kernel: [in, out / groups, spatial…], as PyTorch stores it.
    /// - Parameter bias: [out].
    /// - Parameter stride: distance between windows, one for all spatial axes or one each.
    /// - Parameter padding: at the edges of every spatial axis.
    /// - Parameter dilation: distance between the taps of the kernel.
    /// - Parameter groups: parts into which channels and results are divided.
    /// - Parameter outputPadding: further results at the end of each axis, fewer than the stride.
    /// - Throws: an error that names the extents which do not fit.
    public func convolutionTransposed(
        _ kernel: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid, outputPadding: PerAxis = 0,
        dilation: PerAxis = 1, groups: Int = 1
    ) throws -> Tensor {
        let spatial = rank - 2, name = "convTranspose\(spatial)d"
        guard (1...3).contains(spatial), kernel.rank == rank else {
            throw EngineError(
                name, "takes an image [batch, spatial…, in] and a kernel [in, out / groups, spatial…]", operands: [type, kernel.type])
        }
        let window = Array(kernel.shape.extents.dropFirst(2))
        var windows = try Windows(
            name, image: type, window: window, stride: stride, dilation: dilation, padding: padding == .same ? .valid : padding)
        guard var extra = outputPadding.each(spatial) else {
            throw EngineError(
                name, "\(outputPadding.numbers.count) numbers of output padding for \(spatial) spatial axes", operands: [type, kernel.type])
        }
        let reach = (0..<spatial).map { (window[$0] - 1) * windows.dilations[$0] + 1 }
        if padding == .same {
            // The convolution with the same padding of a result of extent · stride.
            for axis in 0..<spatial {
                let total = Swift.max(0, reach[axis] - windows.strides[axis])
                (windows.before[axis], windows.after[axis]) = (total / 2, total - total / 2)
                extra[axis] += Swift.max(0, windows.strides[axis] - reach[axis])
            }
        }
        guard zip(extra, windows.strides).allSatisfy({ $0 >= 0 && $0 < $1 }) else {
            throw EngineError(
                name, "output padding \(extra) must be less than the stride \(windows.strides)", operands: [type, kernel.type])
        }
        let extents = (0..<spatial).map { axis -> Int in
            let spread = (shape[axis + 1] - 1) * windows.strides[axis] + reach[axis]
            return spread + extra[axis] - windows.before[axis] - windows.after[axis]
        }
        let op = ConvolutionDataGradient(windows: windows, groups: groups, extents: extents, isTransposed: true)
        let result = try Tensor.apply(op, [self, kernel])[0]
        guard let bias else { return result }
        guard bias.shape == [result.shape[-1]] else {
            throw EngineError(name, "the bias must be [\(result.shape[-1])]", operands: [type, kernel.type, bias.type])
        }
        return try Tensor.apply(Binary(function: .add), [result, bias])[0]
    }

    /// The transposed convolution over a series.
    public func convTranspose1d(
        _ kernel: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid, outputPadding: PerAxis = 0,
        dilation: PerAxis = 1, groups: Int = 1
    ) -> Tensor {
        demand(rank == 3, "\(EngineError("convTranspose1d", "takes [batch, time, channels]", operands: [type, kernel.type]))")
        return trapping {
            try convolutionTransposed(
                kernel, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation, groups: groups)
        }
    }

    /// The transposed convolution over images.
    public func convTranspose2d(
        _ kernel: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid, outputPadding: PerAxis = 0,
        dilation: PerAxis = 1, groups: Int = 1
    ) -> Tensor {
        demand(rank == 4, "\(EngineError("convTranspose2d", "takes [batch, height, width, channels]", operands: [type, kernel.type]))")
        return trapping {
            try convolutionTransposed(
                kernel, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation, groups: groups)
        }
    }

    /// The transposed convolution over volumes.
    public func convTranspose3d(
        _ kernel: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: Padding = .valid, outputPadding: PerAxis = 0,
        dilation: PerAxis = 1, groups: Int = 1
    ) -> Tensor {
        demand(
            rank == 5, "\(EngineError("convTranspose3d", "takes [batch, depth, height, width, channels]", operands: [type, kernel.type]))")
        return trapping {
            try convolutionTransposed(
                kernel, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation, groups: groups)
        }
    }
}

/// A shape mistake in code traps with the text of its error.
func trapping<R>(_ body: () throws -> R) -> R {
    do { return try body() } catch { trap("\(error)") }
}

/// Kernel and bias of a convolution whose result is multiplied by `scale` and moved by `shift`, both [out]: batch normalisation
/// with fixed statistics disappears in the convolution before it.
public func foldedConvolution(kernel: Tensor, bias: Tensor?, scale: Tensor, shift: Tensor?) -> (kernel: Tensor, bias: Tensor?) {
    let column = scale.reshaped(Shape([scale.count] + [Int](repeating: 1, count: kernel.rank - 1)))
    let moved = bias.map { $0 * scale }
    let sum = moved.map { old in shift.map { old + $0 } ?? old } ?? shift
    return (kernel * column, sum)
}

/// y = activation(x ∗ kernel + bias + residual), or the largest of every few of that; operands are x, kernel, then bias and residual as
/// far as there are any.
struct Convolution: PortableOp {
    var windows: Windows
    var groups = 1
    var hasBias = false
    var hasResidual = false
    var activation = Activation.none
    /// Keeps only the largest of windows of so many by so many results side by side, as a maximum pooling after it does.
    var pool: Int?
    var name: String { "conv\(windows.rank)d" }
    var precision: PrecisionClass { .narrow }
    func keepsWide(operand: Int) -> Bool { hasBias && operand == 2 }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        let count = 2 + (hasBias ? 1 : 0) + (hasResidual ? 1 : 0)
        try require(count...count, operands)
        try requireSameType(Array(operands.prefix(2)))
        let x = operands[0].shape, kernel = operands[1].shape
        guard x.rank == windows.rank + 2, kernel.rank == x.rank else {
            throw refuse("takes an image [batch, spatial…, in] and a kernel [out, in / groups, spatial…]", operands)
        }
        if operands[0].dtype == .bool { throw refuse("does not take bool", operands) }
        guard groups > 0, kernel[0] % groups == 0 else {
            throw refuse("\(kernel[0]) results do not divide into \(groups) groups", operands)
        }
        guard x[-1] == kernel[1] * groups else {
            throw refuse("input has \(x[-1]) channels, kernel expects \(kernel[1] * groups)", operands)
        }
        let window = Array(kernel.extents.dropFirst(2))
        let extents = windows.results(x.spatial, window)
        guard extents.allSatisfy({ $0 > 0 }) || x.count == 0 else {
            throw refuse("a window of \(window) is larger than the padded input", operands)
        }
        if hasBias, operands[2].shape != [kernel[0]] { throw refuse("the bias must be [\(kernel[0])]", operands) }
        let result = operands[0].with(Shape([x[0]] + extents.map { $0 / (pool ?? 1) } + [kernel[0]]))
        if hasResidual, operands[count - 1].shape != result.shape {
            throw refuse("the residual must have the shape of the result", operands)
        }
        return [result]
    }

    /// The shape of the results, before the largest are taken.
    func sums(_ x: Shape, _ kernel: Shape) -> Shape {
        Shape([x[0]] + windows.results(x.spatial, Array(kernel.extents.dropFirst(2))) + [kernel[0]])
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        guard let pool, !native || !pools(operands.map(\.type)) else { return nil }
        var whole = self
        whole.pool = nil
        return [try Tensor.apply(whole, operands)[0].maxPool(PerAxis(pool))]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        demand(activation == .none && pool == nil, "\(name): the gradient of a fused activation or pooling")
        let g = call.flow[0]!, x = call.operands[0], kernel = call.operands[1]
        let toKernel = Tensor.makeAll(
            ConvolutionKernelGradient(windows: windows, groups: groups, window: Array(kernel.shape.extents.dropFirst(2)), hasBias: hasBias),
            [x, g])
        return [
            .make(ConvolutionDataGradient(windows: windows, groups: groups, extents: x.shape.spatial), g, kernel),
            toKernel[0].cast(to: kernel.dtype),
        ]
            + (hasBias ? [toKernel[1].cast(to: call.operands[2].dtype)] : []) + (hasResidual ? [g] : [])
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        [Split([.slice, .whole] + (hasBias ? [.whole] : []) + (hasResidual ? [.slice] : []))]
    }

    func absorbing(_ consumer: any Op, position: Int, operands: [TensorType], others: [TensorType]) -> (any Op)? {
        guard pool == nil, operands[0].dtype.isFloat else { return nil }
        var joined = self
        if let pooling = consumer as? MaxPool {
            // The bias is added and the activation taken after the largest was found: that has to be the same.
            var sideBySide = Windows(rank: 2)
            sideBySide.strides = [2, 2]
            guard pooling == MaxPool(window: [2, 2], windows: sideBySide), !hasResidual, activation == .none || activation == .relu
            else { return nil }
            joined.pool = 2
            return joined
        }
        guard activation == .none else { return nil }
        if let activation = Activation(consumer) {
            joined.activation = activation
            return joined
        }
        guard let binary = consumer as? Binary, binary.function == .add, let result = try? infer(operands)[0],
            result.dtype == .f32 || result.dtype == .bf16, !hasResidual
        else { return nil }
        if !hasBias, others[0].shape == [operands[1].shape[0]] {
            joined.hasBias = true
            return joined
        }
        if others[0] == result {
            joined.hasResidual = true
            return joined
        }
        return nil
    }

    /// Constants that multiply or move the channels of the result, as batch normalisation with fixed statistics does, go into a
    /// constant kernel and bias.
    func folding(_ consumer: any Op, position: Int, operands: [Tensor], others: [Tensor]) -> [Tensor]? {
        if let scaling = consumer as? ScaleChannels { return folding(scaling, operands, others) }
        guard activation == .none, pool == nil, !hasResidual, let binary = consumer as? Binary, operands[0].dtype.isFloat,
            let other = others.first,
            operands.dropFirst().allSatisfy(\.isConstant), other.isConstant
        else { return nil }
        let dtype = operands[0].dtype, channels = operands[1].shape[0]
        guard other.count == 1 && other.rank <= 1 || other.shape == [channels] else { return nil }
        // Rounded once, after the sum: a narrow constant was made from a wide one.
        func wide(_ x: Tensor) -> Tensor {
            if let cast = x.node.op as? Cast, !x.node.isLeaf, cast.dtype == .bf16 { return x.node.operands[0] }
            return x.dtype == .f64 ? x : x.cast(to: .f32)
        }
        let amount = wide(other).broadcast(to: [channels]), bias = hasBias ? wide(operands[2]) : nil
        var folded: (kernel: Tensor, bias: Tensor?)
        switch (binary.function, position) {
        case (.multiply, _): folded = foldedConvolution(kernel: wide(operands[1]), bias: bias, scale: amount, shift: nil)
        case (.divide, 0): folded = foldedConvolution(kernel: wide(operands[1]), bias: bias, scale: amount.reciprocal(), shift: nil)
        case (.add, _): folded = (operands[1], bias.map { $0 + amount } ?? amount)
        case (.subtract, 0): folded = (operands[1], bias.map { $0 - amount } ?? -amount)
        default: return nil
        }
        if folded.kernel.dtype != dtype { folded.kernel = folded.kernel.cast(to: dtype) }
        var joined = self
        joined.hasBias = folded.bias != nil
        return try? Tensor.apply(joined, [operands[0], folded.kernel] + (folded.bias.map { [$0.cast(to: dtype)] } ?? []))
    }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int {
        2 * sums(operands[0].shape, operands[1].shape).count * operands[1].shape.extents.dropFirst().reduce(1, *)
    }
}

let convolutionCatalog: [any Op] = (1...3).flatMap { rank -> [any Op] in
    let windows = Windows(rank: rank), ones = [Int](repeating: 1, count: rank)
    return [
        Convolution(windows: windows), ConvolutionDataGradient(windows: windows, extents: ones),
        ConvolutionDataGradient(windows: windows, extents: ones, isTransposed: true),
        ConvolutionKernelGradient(windows: windows, window: ones),
    ]
}
