import CKernels

extension Tensor {
    /// The sum over some axes, or over all.
    public func sum(_ axes: [Int]? = nil, keep: Bool = false) -> Tensor { reduce(.sum, axes, keep) }
    /// The product over some axes, or over all.
    public func product(_ axes: [Int]? = nil, keep: Bool = false) -> Tensor { reduce(.product, axes, keep) }
    /// The largest value; NaN where any is.
    public func max(_ axes: [Int]? = nil, keep: Bool = false) -> Tensor { reduce(.max, axes, keep) }
    /// The smallest value; NaN where any is.
    public func min(_ axes: [Int]? = nil, keep: Bool = false) -> Tensor { reduce(.min, axes, keep) }

    /// The mean over some axes, or over all.
    public func mean(_ axes: [Int]? = nil, keep: Bool = false) -> Tensor {
        let total = sum(axes, keep: keep)
        return total / .make(Repetition(), self, total)
    }

    /// The mean square distance from the mean; divided by n - `correction`.
    public func variance(_ axes: [Int]? = nil, correction: Int = 0, keep: Bool = false) -> Tensor {
        let squares = (self - mean(axes, keep: true)).square().sum(axes, keep: keep)
        let count = Tensor.make(Repetition(), self, squares)
        return squares / (correction == 0 ? count : count - Double(correction))
    }

    /// ln Σ eˣ without overflow.
    public func logSumExp(_ axes: [Int]? = nil, keep: Bool = false) -> Tensor {
        let peak = max(axes, keep: true).stopGradient()
        // An infinite peak would make ∞ - ∞.
        let shift = select(peak.isFinite(), peak, peak.like(0))
        let result = (self - shift).exp().sum(axes, keep: true).log() + shift
        return keep ? result : result.reshaped(shape.reduced(axes))
    }

    /// Whether any value is true.
    public func any(_ axes: [Int]? = nil, keep: Bool = false) -> Tensor { cast(to: .bool).reduce(.max, axes, keep) }
    /// Whether all values are true.
    public func all(_ axes: [Int]? = nil, keep: Bool = false) -> Tensor { cast(to: .bool).reduce(.min, axes, keep) }

    /// The index of the first largest value along an axis, as i64.
    public func argmax(_ axis: Int = -1) -> Tensor { .make(ArgReduce(largest: true, axis: shape.axis(axis)), self) }
    /// The index of the first smallest value along an axis, as i64.
    public func argmin(_ axis: Int = -1) -> Tensor { .make(ArgReduce(largest: false, axis: shape.axis(axis)), self) }

    /// Sums over the axes along which `shape` was broadcast to this tensor's shape.
    func summed(to shape: Shape) -> Tensor {
        if shape == self.shape { return self }
        let lead = rank - shape.rank
        let axes = Array(0..<lead) + (0..<shape.rank).filter { shape[$0] == 1 && self.shape[$0 + lead] != 1 }.map { $0 + lead }
        // Under the bf16 policy gradients of parameters are summed into f32.
        return reduce(.sum, axes, false, widens: dtype == .f32).reshaped(shape)
    }

    private func reduce(_ kind: Reduce.Kind, _ axes: [Int]?, _ keep: Bool, widens: Bool = false) -> Tensor {
        let sorted = Set((axes ?? Array(0..<rank)).map { shape.axis($0) }).sorted()
        var result = self
        // Runs of neighbouring axes, the last first.
        var rest = sorted[...]
        while let last = rest.last {
            var first = last
            rest.removeLast()
            while let next = rest.last, next == first - 1 { first = next; rest.removeLast() }
            result = .make(Reduce(kind: kind, first: first, count: last - first + 1, widens: widens), result)
        }
        return keep ? result.reshaped(Shape(shape.extents.enumerated().map { sorted.contains($0.offset) ? 1 : $0.element })) : result
    }
}

extension Shape {
    /// An axis counted from the front; traps where there is none.
    func axis(_ axis: Int) -> Int {
        demand((-rank..<rank).contains(axis), "axis \(axis) of a shape of \(rank) axes (\(self))")
        return axis < 0 ? axis + rank : axis
    }

    func reduced(_ axes: [Int]?) -> Shape {
        guard let axes else { return [] }
        let gone = Set(axes.map { axis($0) })
        return Shape(extents.enumerated().filter { !gone.contains($0.offset) }.map(\.element))
    }
}

/// How many elements of the first operand each element of the second one stands for; known as soon as the shapes are fixed.
struct Repetition: Op {
    var name: String { "repetition" }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        return [TensorType([], operands[0].dtype)]
    }
    private func value(_ operands: [Tensor]) -> Tensor {
        operands[0].like(Double(Swift.max(1, operands[0].count)) / Double(Swift.max(1, operands[1].count)))
    }
    func composed(_ operands: [Tensor], native: Bool) -> [Tensor]? { [value(operands)] }
    func simplified(_ operands: [Tensor]) -> [Tensor]? { [value(operands)] }
}

/// Reduces neighbouring axes: [outer, reduced, inner] → [outer, inner].
struct Reduce: PortableOp {
    enum Kind: String, Codable, Sendable, CaseIterable { case sum, product, max, min }
    let kind: Kind
    let first: Int
    let count: Int
    /// bf16 operands give an f32 result.
    var widens = false
    var name: String { kind.rawValue }
    var precision: PrecisionClass { widens ? .follow : .wide }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        let shape = operands[0].shape
        guard first >= 0, count >= 1, first + count <= shape.rank else {
            throw refuse("axes \(first)..<\(first + count) of \(shape.rank)", operands)
        }
        if operands[0].dtype == .bool && (kind == .sum || kind == .product) { throw refuse("does not take bool: cast it", operands) }
        let rest = Shape(Array(shape.extents[..<first] + shape.extents[(first + count)...]))
        // Of no truths at all none is true, and all are.
        if (kind == .max || kind == .min) && operands[0].dtype != .bool && shape.extents[first..<first + count].contains(0)
            && rest.count > 0
        {
            throw refuse("has no value over no elements", operands)
        }
        return [TensorType(rest, widens && operands[0].dtype == .bf16 ? .f32 : operands[0].dtype)]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let x = call.operands[0]
        let kept = Shape(x.shape.extents.enumerated().map { (first..<first + count).contains($0.offset) ? 1 : $0.element })
        let g = call.flow[0]!.reshaped(kept)
        switch kind {
        case .sum: return [g.broadcast(to: x.shape)]
        case .product:
            // Exact also where factors are 0: the product of the others, by exclusive products from both sides.
            let flat = x.reshaped(
                Shape(kept.extents[..<first] + [x.shape.extents[first..<first + count].reduce(1, *)] + kept.extents[(first + count)...]))
            let others = flat.cumulativeProduct(first, exclusive: true) * flat.cumulativeProduct(first, exclusive: true, reverse: true)
            return [others.reshaped(x.shape) * g]
        case .max, .min:
            // Equal extremes share the gradient.
            let hit = x.isEqual(to: call.results[0].reshaped(kept)).cast(to: x.dtype)
            return [hit * (g / hit.sum(Array(first..<first + count)).reshaped(kept))]
        }
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        first > 0 ? [Split([.slice])] : kind == .sum && operands[0].dtype.isFloat ? [Split([.slice], [.sum])] : []
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let x = binder.operands[0], y = binder.results[0]
        guard x.dtype == .f32 || x.dtype == .bf16, y.dtype == .f32 else { return try portable(x.dtype, binder) }
        let outer = x.shape.extents[..<first].reduce(1, *), inner = x.shape.extents[(first + count)...].reduce(1, *)
        let reduced = x.shape.extents[first..<first + count].reduce(1, *)
        let kernel: mk_reduction =
            switch kind {
            case .sum: MK_SUM
            case .product: MK_PRODUCT
            case .max: MK_MAXIMUM
            case .min: MK_MINIMUM
            }
        let dtype = mk_dtype(UInt32(x.dtype.rawValue)), row = reduced * inner
        let pieces = Swift.min(Swift.max(1, outer), Binder.pieces(x.shape.count))
        return Kernel(pieces: pieces, label: "reduce") { piece, _ in
            let range = Binder.range(outer, piece, of: pieces)
            if range.isEmpty { return }
            mk_reduce(
                kernel, x.pointer + range.lowerBound * row * x.dtype.size, dtype, y.floats + range.lowerBound * inner, range.count, reduced,
                inner)
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) -> Kernel {
        let x = binder.read(0, T.self), y = binder.write(0, T.self)
        let outer = x.shape.extents[..<first].reduce(1, *), inner = x.shape.extents[(first + count)...].reduce(1, *)
        let reduced = x.shape.extents[first..<first + count].reduce(1, *)
        let isTruth = binder.operands[0].dtype == .bool
        let start: T =
            kind == .sum ? .zero : kind == .product ? .one : kind == .max ? (isTruth ? .zero : .lowest) : isTruth ? .one : .highest
        let kind = kind
        return binder.portable([x], [y]) {
            for o in 0..<outer {
                let source = x.pointer + o * reduced * inner, target = y.pointer + o * inner
                for i in 0..<inner { target[i] = start }
                for r in 0..<reduced {
                    let row = source + r * inner
                    switch kind {
                    case .sum: for i in 0..<inner { target[i] += row[i] }
                    case .product: for i in 0..<inner { target[i] *= row[i] }
                    case .max: for i in 0..<inner where row[i].isNaN || row[i] > target[i] { target[i] = row[i] }
                    case .min: for i in 0..<inner where row[i].isNaN || row[i] < target[i] { target[i] = row[i] }
                    }
                }
            }
        }
    }
}

/// The place of the first extreme value along one axis, as i64.
struct ArgReduce: PortableOp {
    let largest: Bool
    let axis: Int
    var name: String { largest ? "argmax" : "argmin" }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        let shape = operands[0].shape
        guard axis >= 0, axis < shape.rank else { throw refuse("axis \(axis) of \(shape.rank)", operands) }
        if shape[axis] == 0 { throw refuse("has no value over no elements", operands) }
        return [TensorType(shape.removing(axis), .i64)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { axis > 0 ? [Split([.slice])] : [] }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) -> Kernel {
        let x = binder.read(0, T.self)
        let y = binder.results[0].pointer(as: Int64.self)
        let reduced = x.shape[axis], inner = x.shape.strides[axis], outer = x.count / Swift.max(1, reduced * inner)
        let largest = largest
        return binder.portable([x], [Port<T>]()) {
            for o in 0..<outer {
                for i in 0..<inner {
                    var best = 0
                    for r in 1..<Swift.max(1, reduced) {
                        let value = x[(o * reduced + r) * inner + i], known = x[(o * reduced + best) * inner + i]
                        if known.isNaN { break }
                        if value.isNaN || (largest ? value > known : value < known) { best = r }
                    }
                    y[o * inner + i] = Int64(best)
                }
            }
        }
    }
}

let reductionCatalog: [any Op] =
    Reduce.Kind.allCases.map { Reduce(kind: $0, first: 0, count: 1) } + [
        ArgReduce(largest: true, axis: 0), ArgReduce(largest: false, axis: 0), Repetition(),
    ]
