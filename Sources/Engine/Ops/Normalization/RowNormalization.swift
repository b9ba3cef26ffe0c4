import CKernels

extension Tensor {
    /// (x - mean) / √(variance + ε) · scale + shift, with mean and (biased) variance over the last `axes` axes.
    ///
    /// - Parameter scale: with the extents of those axes; nil stands for ones.
    /// - Parameter shift: as `scale`; nil stands for zeros.
    /// - Parameter axes: how many axes, from the last.
    /// - Parameter epsilon: ε, against division by zero.
    ///
    /// Ba, Kiros and Hinton, "Layer Normalization" (2016).
    public func layerNorm(scale: Tensor? = nil, shift: Tensor? = nil, axes: Int = 1, epsilon: Double = 1e-5) -> Tensor {
        normalizedRows(
            LayerNormalization(isCentred: true, hasScale: scale != nil, hasShift: shift != nil, epsilon: epsilon), [scale, shift], axes)
    }

    /// x / √(mean x² + ε) · scale over the last `axes` axes.
    ///
    /// Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019).
    public func rmsNorm(scale: Tensor? = nil, axes: Int = 1, epsilon: Double = 1e-6) -> Tensor {
        normalizedRows(LayerNormalization(isCentred: false, hasScale: scale != nil, hasShift: false, epsilon: epsilon), [scale], axes)
    }

    private func normalizedRows(_ op: LayerNormalization, _ parameters: [Tensor?], _ axes: Int) -> Tensor {
        demand((1...Swift.max(1, rank)).contains(axes) && rank > 0, "\(op.refuse("\(axes) axes of \(rank)", [type]))")
        let tail = Shape(Array(shape.extents.suffix(axes))), lead = Array(shape.extents.dropLast(axes))
        let row = parameters.compactMap { parameter -> Tensor? in
            guard let parameter else { return nil }
            demand(parameter.shape == tail, "\(op.refuse("scale and shift must be \(tail)", [type, parameter.type]))")
            return parameter.reshaped([tail.count]).cast(to: dtype.statistics)
        }
        return Tensor.makeAll(op, [reshaped(Shape(lead + [tail.count]))] + row)[0].reshaped(shape)
    }
}

/// Normalises the rows along the last axis. Operands x, then scale and shift; results y, then the rows' mean (where it is
/// subtracted) and 1 / √(variance + ε).
struct LayerNormalization: Op {
    /// Subtracts the mean; otherwise the root mean square alone divides.
    var isCentred = true
    var hasScale = false
    var hasShift = false
    var epsilon = 1e-5
    var name: String { isCentred ? "layerNorm" : "rmsNorm" }
    var precision: PrecisionClass { .follow }
    func keepsWide(operand: Int) -> Bool { operand > 0 }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        let count = 1 + (hasScale ? 1 : 0) + (hasShift ? 1 : 0)
        try require(count...count, operands)
        try requireFloat(operands)
        let x = operands[0]
        guard x.shape.rank > 0 else { throw refuse("needs an axis", operands) }
        let row = TensorType([x.shape[-1]], x.dtype.statistics)
        if operands.dropFirst().contains(where: { $0 != row }) { throw refuse("scale and shift must be \(row)", operands) }
        let statistic = TensorType(Shape(Array(x.shape.extents.dropLast())), x.dtype.statistics)
        return [x] + (isCentred ? [statistic] : []) + [statistic]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        guard let g = call.flow[0] else { return call.operands.map { _ in nil } }
        let op = LayerNormalizationGradient(isCentred: isCentred, hasScale: hasScale, hasShift: hasShift, epsilon: epsilon)
        return Tensor.makeAll(op, [call.operands[0], g] + call.results.dropFirst() + (hasScale ? [call.operands[1]] : []))
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 1 ? [Split([.slice] + operands.dropFirst().map { _ in .whole }, results.map { _ in .slice })] : []
    }

    func composition(_ operands: [Tensor]) -> [Tensor] {
        let x = operands[0].cast(to: operands[0].dtype.statistics)
        let mean = isCentred ? x.mean([-1], keep: true) : nil
        let centred = mean.map { x - $0 } ?? x
        let inverse = (centred.square().mean([-1], keep: true) + epsilon).rsqrt()
        var y = centred * inverse
        if hasScale { y = y * operands[1] }
        if hasShift { y = y + operands.last! }
        let rows = Shape(Array(x.shape.extents.dropLast()))
        return [y.cast(to: operands[0].dtype)] + (mean.map { [$0.reshaped(rows)] } ?? []) + [inverse.reshaped(rows)]
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        operands[0].dtype == .f32 || operands[0].dtype == .bf16 ? nil : composition(operands)
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let x = binder.operands[0], y = binder.results[0]
        let scale = hasScale ? binder.operands[1].floats : nil, shift = hasShift ? binder.operands.last!.floats : nil
        let mean = binder.results[1].floats, inverse = binder.results.last!.floats
        let (isCentred, epsilon) = (isCentred, Float(epsilon))
        return binder.rows(x, label: name) { rows, columns, size in
            let offset = rows.lowerBound * columns * size
            if isCentred {
                mk_layer_norm_rows(
                    x.pointer + offset, y.pointer + offset, x.dtype.kernelType, scale, shift, mean + rows.lowerBound,
                    inverse + rows.lowerBound,
                    epsilon, rows.count, columns)
            } else {
                mk_rms_norm_rows(
                    x.pointer + offset, y.pointer + offset, x.dtype.kernelType, scale, inverse + rows.lowerBound, epsilon, rows.count,
                    columns)
            }
        }
    }
}

/// Gradients of `LayerNormalization`: operands x, g, the rows' statistics and the scale; results those of x, scale and shift.
struct LayerNormalizationGradient: Op {
    var isCentred = true
    var hasScale = false
    var hasShift = false
    var epsilon = 1e-5
    var name: String { isCentred ? "layerNormGradient" : "rmsNormGradient" }
    var precision: PrecisionClass { .follow }
    func keepsWide(operand: Int) -> Bool { operand > 1 }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        let count = 3 + (isCentred ? 1 : 0) + (hasScale ? 1 : 0)
        try require(count...count, operands)
        let x = operands[0]
        guard operands[1] == x, x.shape.rank > 0 else { throw refuse("value and gradient differ", operands) }
        let row = TensorType([x.shape[-1]], x.dtype.statistics)
        if hasScale, operands.last! != row { throw refuse("the scale must be \(row)", operands) }
        return [x] + (hasScale ? [row] : []) + (hasShift ? [row] : [])
    }

    /// `depends`: the statistics are computed from x again, so that they can be differentiated.
    private func composition(_ operands: [Tensor], depends: Bool) -> [Tensor] {
        let type = operands[0].dtype
        var saved = Array(operands[2...])
        if depends {
            let statistics = LayerNormalization(isCentred: isCentred, epsilon: epsilon).composition([operands[0]]).dropFirst()
            saved.replaceSubrange(0..<statistics.count, with: statistics)
        }
        let x = operands[0].cast(to: type.statistics), g = operands[1].cast(to: type.statistics)
        let inverse = saved[isCentred ? 1 : 0].expanded(-1)
        let normal = (isCentred ? x - saved[0].expanded(-1) : x) * inverse
        let h = hasScale ? g * saved.last! : g
        var inner = h - normal * (h * normal).mean([-1], keep: true)
        if isCentred { inner = inner - h.mean([-1], keep: true) }
        let lead = Array(0..<x.rank - 1)
        return [(inner * inverse).cast(to: type)] + (hasScale ? [(g * normal).sum(lead)] : []) + (hasShift ? [g.sum(lead)] : [])
    }

    func gradient(_ call: Call) -> [Tensor?] { gradient(call) { composition($0, depends: true) } }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        guard operands[0].shape.rank > 1 else { return [] }
        let statistics = isCentred ? 2 : 1
        return [Split(operands.indices.map { $0 < 2 + statistics ? .slice : .whole }, results.indices.map { $0 == 0 ? .slice : .sum })]
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        operands[0].dtype == .f32 || operands[0].dtype == .bf16 ? nil : composition(operands, depends: false)
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let x = binder.operands[0], g = binder.operands[1], dx = binder.results[0]
        let mean = binder.operands[2].floats, inverse = binder.operands[isCentred ? 3 : 2].floats
        let scale = hasScale ? binder.operands.last!.floats : nil
        let dscale = hasScale ? binder.results[1].floats : nil, dshift = hasShift ? binder.results.last!.floats : nil
        let columns = x.shape[-1], size = x.dtype.size, count = columns == 0 ? 0 : x.shape.count / columns
        let isCentred = isCentred
        // The sums over all rows belong to one piece.
        let pieces = hasScale || hasShift ? 1 : max(1, min(count, Binder.pieces(x.shape.count)))
        return Kernel(pieces: pieces, label: "mk." + name) { piece, _ in
            dscale?.update(repeating: 0, count: columns)
            dshift?.update(repeating: 0, count: columns)
            let rows = Binder.range(count, piece, of: pieces), first = rows.lowerBound, offset = first * columns * size
            if rows.isEmpty { return }
            if isCentred {
                mk_layer_norm_rows_backward(
                    x.pointer + offset, g.pointer + offset, dx.pointer + offset, x.dtype.kernelType, scale, mean + first, inverse + first,
                    dscale, dshift, rows.count, columns)
            } else {
                mk_rms_norm_rows_backward(
                    x.pointer + offset, g.pointer + offset, dx.pointer + offset, x.dtype.kernelType, scale, inverse + first, dscale,
                    rows.count,
                    columns)
            }
        }
    }
}

let rowNormalizationCatalog: [any Op] = [
    LayerNormalization(), LayerNormalization(isCentred: false), LayerNormalizationGradient(), LayerNormalizationGradient(isCentred: false),
]
