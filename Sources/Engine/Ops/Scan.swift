extension Tensor {
    /// Sums of the elements up to each place along an axis. `exclusive` leaves the place itself out, `reverse` counts from the end.
    public func cumulativeSum(_ axis: Int, exclusive: Bool = false, reverse: Bool = false) -> Tensor {
        .make(Cumulative(kind: .sum, axis: shape.axis(axis), exclusive: exclusive, reverse: reverse), self)
    }

    /// Products of the elements up to each place along an axis.
    public func cumulativeProduct(_ axis: Int, exclusive: Bool = false, reverse: Bool = false) -> Tensor {
        .make(Cumulative(kind: .product, axis: shape.axis(axis), exclusive: exclusive, reverse: reverse), self)
    }
}

/// Running sums or products along one axis.
struct Cumulative: PortableOp {
    enum Kind: String, Codable, Sendable, CaseIterable { case sum, product }
    let kind: Kind
    let axis: Int
    var exclusive = false
    var reverse = false
    var name: String { kind == .sum ? "cumulativeSum" : "cumulativeProduct" }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        guard (0..<operands[0].shape.rank).contains(axis) else { throw refuse("axis \(axis) of \(operands[0].shape.rank)", operands) }
        if operands[0].dtype == .bool { throw refuse("does not take bool: cast it", operands) }
        return operands
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let x = call.operands[0], g = call.flow[0]!
        if kind == .sum { return [g.cumulativeSum(axis, exclusive: exclusive, reverse: !reverse)] }
        // dx_i = (product before i) · h_i, where h_i adds up g_j times the product of the factors between i and j: a
        // recurrence h_i = g_i + x_{i+1} h_{i+1} that stays exact where factors are 0.
        return [.make(ProductGradient(axis: axis, exclusive: exclusive, reverse: reverse), x, g)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { axis > 0 ? [Split([.slice])] : [] }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) -> Kernel {
        let x = binder.read(0, T.self), y = binder.write(0, T.self)
        let walk = AxisWalk(x.shape, axis, reverse: reverse)
        let (kind, exclusive) = (kind, exclusive)
        return binder.portable([x], [y]) {
            walk.lines { place, extent in
                var total: T = kind == .sum ? .zero : .one
                for index in 0..<extent {
                    let value = x[place(index)]
                    let next = kind == .sum ? total + value : total * value
                    y[place(index)] = exclusive ? total : next
                    total = next
                }
            }
        }
    }
}

/// The gradient of a running product.
struct ProductGradient: PortableOp {
    let axis: Int
    var exclusive = false
    var reverse = false
    var name: String { "cumulativeProductGradient" }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        guard operands[0] == operands[1] else { throw refuse("value and gradient differ", operands) }
        return [operands[0]]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { axis > 0 ? [Split([.slice, .slice])] : [] }

    func gradient(_ call: Call) -> [Tensor?] { gradient(call, through: composition) }

    /// dx_i = Σ_{j ≥ i} g_j ∏_{k ≤ j, k ≠ i} x_k, one term for each i.
    private func composition(_ operands: [Tensor]) -> [Tensor] {
        let (x, g) = (operands[0], operands[1])
        let n = x.shape[axis]
        let places = Tensor.iota(n, dtype: .i64)
        let along = Shape(x.shape.extents.indices.map { $0 == axis ? n : 1 })
        let zero = x.like(0)
        let terms = (0..<n).map { i in
            let here = places.isEqual(to: Double(i))
            let others = select(here.reshaped(along), x.like(1), x).cumulativeProduct(axis, exclusive: exclusive, reverse: reverse)
            let from = places.like(Double(i))
            let counted = reverse ? places.isAtMost(from) : places.isAtLeast(from)
            let strict = exclusive ? counted.and(here.not()) : counted
            let term = select(strict.reshaped(along), g * others, zero).sum([axis], keep: true)
            return select(here.reshaped(along), term, zero)
        }
        return [terms.dropFirst().reduce(terms.first ?? x) { $0 + $1 }]
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) -> Kernel {
        let x = binder.read(0, T.self), g = binder.read(1, T.self), y = binder.write(0, T.self)
        let walk = AxisWalk(x.shape, axis, reverse: reverse)
        let exclusive = exclusive
        return binder.portable([x, g], [y]) {
            walk.lines { place, extent in
                var before = T.one
                for index in 0..<extent {
                    y[place(index)] = before
                    before *= x[place(index)]
                }
                var after = T.zero
                for index in stride(from: extent - 1, through: 0, by: -1) {
                    if !exclusive { after = g[place(index)] + after }
                    y[place(index)] *= after
                    after = exclusive ? g[place(index)] + x[place(index)] * after : x[place(index)] * after
                }
            }
        }
    }
}

/// Visits the lines of a tensor along one axis.
struct AxisWalk: Sendable {
    let outer: Int, extent: Int, inner: Int
    let reverse: Bool

    init(_ shape: Shape, _ axis: Int, reverse: Bool = false) {
        extent = shape[axis]
        inner = shape.strides[axis]
        outer = extent * inner == 0 ? 0 : shape.count / (extent * inner)
        self.reverse = reverse
    }

    /// `body` gets a function from an index along the line to the place of the element.
    @inline(__always) func lines(_ body: (_ place: (Int) -> Int, _ extent: Int) -> Void) {
        for o in 0..<outer {
            for i in 0..<inner {
                let base = o * extent * inner + i
                body({ base + (reverse ? extent - 1 - $0 : $0) * inner }, extent)
            }
        }
    }
}

let scanCatalog: [any Op] =
    Cumulative.Kind.allCases.map { Cumulative(kind: $0, axis: 0) } + [ProductGradient(axis: 0)]
