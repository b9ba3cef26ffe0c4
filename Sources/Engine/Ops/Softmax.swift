import CKernels

extension Tensor {
    /// eˣ / Σ eˣ along an axis: the lines along it become positive and add up to 1.
    ///
    /// The largest value is subtracted first, so nothing overflows. A line of minus infinities alone gives NaN.
    public func softmax(along axis: Int = -1) -> Tensor { withLast(axis) { .make(Softmax(), $0) } }

    /// x - ln Σ eˣ along an axis: the logarithm of `softmax`, exact also where that is 0.
    public func logSoftmax(along axis: Int = -1) -> Tensor { withLast(axis) { .make(Softmax(logarithm: true), $0) } }

    /// What this tensor is the `softmax` of along its last axis; nil where it was made in another way.
    ///
    /// A loss is computed from there: the logarithm of a probability that was rounded to 0 is gone.
    public var logits: Tensor? {
        guard let op = node.op as? Softmax, !op.logarithm else { return nil }
        return node.operands.first
    }

    /// Applies a function of the last axis to another one.
    func withLast(_ axis: Int, _ body: (Tensor) -> Tensor) -> Tensor {
        let axis = shape.axis(axis)
        if axis == rank - 1 { return body(self) }
        // An exchange of two axes is its own inverse, and leaves the batch in front where it can.
        var order = Array(0..<rank)
        order.swapAt(axis, rank - 1)
        return body(transposed(order)).transposed(order)
    }
}

/// The cross-entropy of classes, row by row: ln Σ eˣ - x[label].
///
/// - Parameter logits: [..., classes], unnormalised.
/// - Parameter labels: [...], integers. Rows with a label outside of 0 ..< classes, or equal to `ignored`, are left out:
///   their loss and gradient are 0.
/// - Parameter ignored: a label that stands for nothing to learn.
/// - Returns: [...], in f32 (f64 for f64 logits).
public func softmaxCrossEntropy(_ logits: Tensor, _ labels: Tensor, ignoring ignored: Int? = nil) -> Tensor {
    var labels = labels.dtype == .i32 || !labels.dtype.isInteger ? labels : labels.cast(to: .i64)
    if let ignored, ignored >= 0 { labels = select(labels.isEqual(to: Double(ignored)), labels.like(-1), labels) }
    return .make(SoftmaxCrossEntropy(), logits, labels)
}

/// Softmax over the last axis, or its logarithm.
struct Softmax: Op {
    var logarithm = false
    var name: String { logarithm ? "logSoftmax" : "softmax" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        try requireFloat(operands)
        if operands[0].shape.rank == 0 { throw refuse("needs an axis", operands) }
        return operands
    }

    func gradient(_ call: Call) -> [Tensor?] { [.make(SoftmaxGradient(logarithm: logarithm), call.results[0], call.flow[0]!)] }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { operands[0].shape.rank > 1 ? [Split([.slice])] : [] }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        let x = operands[0]
        if x.count == 0 { return operands }
        switch x.dtype {
        case .f32, .bf16: return nil
        case .f16: return try widened(operands)
        default:
            let centred = x - x.max([-1], keep: true)
            if logarithm { return [centred - centred.exp().sum([-1], keep: true).log()] }
            let weights = centred.exp()
            return [weights / weights.sum([-1], keep: true)]
        }
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let x = binder.operands[0], y = binder.results[0]
        let run = logarithm ? mk_log_softmax_rows : mk_softmax_rows
        return binder.rows(x, label: name) { rows, columns, size in
            run(
                x.pointer + rows.lowerBound * columns * size, y.pointer + rows.lowerBound * columns * size, x.dtype.kernelType, rows.count,
                columns)
        }
    }
}

/// From the result of a softmax and the gradient that flows into it, that of its operand.
struct SoftmaxGradient: Op {
    var logarithm = false
    var name: String { logarithm ? "logSoftmaxGradient" : "softmaxGradient" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireFloat(operands)
        guard operands[0] == operands[1], operands[0].shape.rank > 0 else { throw refuse("result and gradient differ", operands) }
        return [operands[0]]
    }

    private func composition(_ operands: [Tensor]) -> [Tensor] {
        let y = operands[0], g = operands[1]
        return [logarithm ? g - y.exp() * g.sum([-1], keep: true) : y * (g - (g * y).sum([-1], keep: true))]
    }

    func gradient(_ call: Call) -> [Tensor?] { gradient(call, through: composition) }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 1 ? [Split([.slice, .slice])] : []
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        switch operands[0].dtype {
        case .f32, .bf16: nil
        case .f16: try widened(operands)
        default: composition(operands)
        }
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let y = binder.operands[0], g = binder.operands[1], dx = binder.results[0]
        let run = logarithm ? mk_log_softmax_rows_backward : mk_softmax_rows_backward
        return binder.rows(y, label: name) { rows, columns, size in
            let offset = rows.lowerBound * columns * size
            run(y.pointer + offset, g.pointer + offset, dx.pointer + offset, y.dtype.kernelType, rows.count, columns)
        }
    }
}

/// Logits [..., classes] and labels [...] → the loss of every row, and the logarithm of its sum of exponentials.
struct SoftmaxCrossEntropy: Op {
    var name: String { "softmaxCrossEntropy" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireFloat(Array(operands.prefix(1)))
        let shape = operands[0].shape
        guard shape.rank > 0, shape[-1] > 0 else { throw refuse("logits need an axis of classes", operands) }
        guard operands[1].shape == shape.removing(shape.rank - 1) else {
            throw refuse("labels must be \(shape.removing(shape.rank - 1))", operands)
        }
        guard operands[1].dtype == .i32 || operands[1].dtype == .i64 else {
            throw refuse("labels must be integers, got \(operands[1].dtype)", operands)
        }
        let rows = TensorType(operands[1].shape, operands[0].dtype.statistics)
        return [rows, rows]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        guard let g = call.flow[0] else { return [nil, nil] }
        return [.make(SoftmaxCrossEntropyGradient(), call.operands[0], call.operands[1], call.results[1], g), nil]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 1 ? [Split([.slice, .slice], [.slice, .slice])] : []
    }

    /// One where the class is the label, and whether there is such a class.
    static func target(_ logits: Tensor, _ labels: Tensor) -> (hit: Tensor, counts: Tensor) {
        let classes = Tensor.iota(logits.shape[-1], dtype: labels.dtype)
        let counts = labels.isAtLeast(labels.like(0)).and(labels.isLess(than: Double(logits.shape[-1])))
        return (classes.isEqual(to: labels.expanded(-1)), counts)
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        let x = operands[0]
        switch x.dtype {
        case .f32, .bf16: return nil
        case .f16: return try widened(operands)
        default:
            let (hit, counts) = Self.target(x, operands[1])
            let normaliser = x.logSumExp([-1])
            return [select(counts, normaliser - select(hit, x, x.like(0)).sum([-1]), x.like(0)), normaliser]
        }
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let x = binder.operands[0], labels = binder.operands[1], loss = binder.results[0].floats, normaliser = binder.results[1].floats
        return binder.rows(x, label: name) { rows, columns, size in
            let first = rows.lowerBound
            mk_cross_entropy_rows(
                x.pointer + first * columns * size, x.dtype.kernelType, labels.pointer + first * labels.dtype.size, labels.dtype.kernelType,
                loss + first, normaliser + first, rows.count, columns)
        }
    }
}

/// (softmax(logits) - one-hot(label)) g, row by row.
struct SoftmaxCrossEntropyGradient: Op {
    var name: String { "softmaxCrossEntropyGradient" }
    var precision: PrecisionClass { .follow }
    func keepsWide(operand: Int) -> Bool { operand > 1 }

    /// Operands are logits, labels, the rows' logarithms of sums of exponentials, and the rows' gradients.
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(4...4, operands)
        guard operands[2] == operands[3], operands[2].shape == operands[1].shape, operands[2].dtype == operands[0].dtype.statistics else {
            throw refuse("rows differ", operands)
        }
        return [operands[0]]
    }

    private func composition(_ operands: [Tensor]) -> [Tensor] {
        let x = operands[0].cast(to: operands[3].dtype)
        let (hit, counts) = SoftmaxCrossEntropy.target(x, operands[1])
        let g = select(counts, operands[3], operands[3].like(0)).expanded(-1)
        return [((x.softmax() - hit.cast(to: x.dtype)) * g).cast(to: operands[0].dtype)]
    }

    func gradient(_ call: Call) -> [Tensor?] { gradient(call, through: composition) }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 1 ? [Split([.slice, .slice, .slice, .slice])] : []
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        operands[0].dtype == .f32 || operands[0].dtype == .bf16 ? nil : composition(operands)
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let x = binder.operands[0], labels = binder.operands[1], dx = binder.results[0]
        let normaliser = binder.operands[2].floats, g = binder.operands[3].floats
        return binder.rows(x, label: name) { rows, columns, size in
            let first = rows.lowerBound
            mk_cross_entropy_rows_backward(
                x.pointer + first * columns * size, x.dtype.kernelType, labels.pointer + first * labels.dtype.size, labels.dtype.kernelType,
                normaliser + first, g + first, 1, dx.pointer + first * columns * size, rows.count, columns)
        }
    }
}

let softmaxCatalog: [any Op] = [
    Softmax(), Softmax(logarithm: true), SoftmaxGradient(), SoftmaxGradient(logarithm: true), SoftmaxCrossEntropy(),
    SoftmaxCrossEntropyGradient(),
]

extension DType {
    /// The number of the type in the C kernels.
    var kernelType: mk_dtype { mk_dtype(UInt32(rawValue)) }

    /// The type of sums and moments over elements of this one.
    var statistics: DType { self == .f64 ? .f64 : .f32 }
}

extension Binder {
    /// A kernel over the rows of `place`, cut into pieces where there are many.
    func rows(_ place: Place, label: String, _ body: @escaping (_ rows: Range<Int>, _ columns: Int, _ elementSize: Int) -> Void) -> Kernel {
        let columns = place.shape[-1], size = place.dtype.size
        guard place.shape.count > 0 else { return .nothing }
        let count = place.shape.count / columns
        let pieces = min(count, Binder.pieces(place.shape.count))
        return Kernel(pieces: pieces, label: "mk." + label) { piece, _ in
            let range = Binder.range(count, piece, of: pieces)
            if !range.isEmpty { body(range, columns, size) }
        }
    }
}
