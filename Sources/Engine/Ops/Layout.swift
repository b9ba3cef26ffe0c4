import CKernels

extension Tensor {
    /// The same elements in the same order under another shape. `Shape.inferred` (-1) stands for whatever makes the
    /// count right, `Shape.same` (-2) for the extent that this tensor has there.
    public func reshaped(_ shape: Shape) -> Tensor { shape == self.shape ? self : .make(Reshape(shape: shape), self) }
    /// `reshaped` to these extents.
    public func reshaped(_ extents: Int...) -> Tensor { reshaped(Shape(extents)) }

    /// All axes but the first as one: [batch, everything else].
    public func flattened() -> Tensor { rank == 2 ? self : reshaped([shape.rank == 0 ? 1 : Shape.same, Shape.inferred]) }

    /// A new axis of extent 1.
    public func expanded(_ axis: Int) -> Tensor {
        var extents = shape.extents
        extents.insert(1, at: axis < 0 ? axis + rank + 1 : axis)
        return reshaped(Shape(extents))
    }

    /// Axes in another order: axis i of the result is axis `order[i]` of this tensor.
    public func transposed(_ order: [Int]) -> Tensor { .make(Transpose(order: order.map { shape.axis($0) }), self) }

    /// The two last axes exchanged.
    public func transposed() -> Tensor {
        var order = Array(0..<rank)
        order.swapAt(rank - 2, rank - 1)
        return transposed(order)
    }

    /// The same values, through which no gradient flows.
    public func stopGradient() -> Tensor { .make(StopGradient(), self) }

    /// The same values; a program under the bf16 policy computes what is made of them in f32. For losses, whose small
    /// differences of large numbers bf16 would lose.
    public func inFullPrecision() -> Tensor { .make(FullPrecision(), self) }
}

/// Another shape for the same elements in the same order; moves nothing.
struct Reshape: Op {
    let shape: Shape
    var name: String { "reshape" }
    var isView: Bool { true }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        let source = operands[0].shape
        var extents = shape.extents
        for (axis, extent) in extents.enumerated() where extent == Shape.same {
            guard axis < source.rank else { throw refuse("axis \(axis) has nothing to be the same as", operands) }
            extents[axis] = source[axis]
        }
        let open = extents.indices.filter { extents[$0] == Shape.inferred }
        let known = extents.filter { $0 != Shape.inferred }.reduce(1, *)
        if open.count == 1, known > 0, source.count % known == 0 { extents[open[0]] = source.count / known }
        guard extents.allSatisfy({ $0 >= 0 }), extents.reduce(1, *) == source.count else {
            throw refuse("\(source.count) elements do not fill the shape \(shape)", operands)
        }
        return [operands[0].with(Shape(extents))]
    }

    func gradient(_ call: Call) -> [Tensor?] { [call.flow[0]!.reshaped(call.operands[0].shape)] }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 0 && results[0].shape.rank > 0 ? [Split([.slice])] : []
    }

    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        guard let type = try? infer(operands.map(\.type))[0] else { return nil }
        if type.shape == operands[0].shape { return operands }
        if let value = operands[0].filled { return [.fill(value, type.shape, type.dtype)] }
        if operands[0].node.op is Reshape, !operands[0].node.isLeaf { return [operands[0].node.operands[0].reshaped(type.shape)] }
        return nil
    }
}

/// Axes in another order.
struct Transpose: Op {
    let order: [Int]
    var name: String { "transpose" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        let shape = operands[0].shape
        guard order.sorted() == Array(0..<shape.rank) else { throw refuse("\(order) is not an order of \(shape.rank) axes", operands) }
        return [operands[0].with(Shape(order.map { shape[$0] }))]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        [call.flow[0]!.transposed(order.indices.map { axis in order.firstIndex(of: axis)! })]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { order.first == 0 ? [Split([.slice])] : [] }

    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        let x = operands[0]
        if order == Array(0..<order.count) { return operands }
        // Moving only axes of extent 1 moves nothing.
        if order.filter({ x.shape[$0] != 1 }) == order.filter({ x.shape[$0] != 1 }).sorted() {
            return [x.reshaped(Shape(order.map { x.shape[$0] }))]
        }
        if let inner = x.node.op as? Transpose, !x.node.isLeaf { return [x.node.operands[0].transposed(order.map { inner.order[$0] })] }
        return nil
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let source = binder.operands[0]
        let strides = order.map { source.shape.strides[$0] }
        return StridedCopy.kernel(binder, from: source, strides: strides)
    }
}

/// Passes values on and stops gradients.
struct StopGradient: Op {
    var name: String { "stopGradient" }
    var isView: Bool { true }
    var precision: PrecisionClass { .follow }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        return operands
    }
    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { [Split([.slice])] }
    func simplified(_ operands: [Tensor]) -> [Tensor]? { operands }
}

/// The same values, at which the bf16 policy ends.
struct FullPrecision: Op {
    var name: String { "fullPrecision" }
    var isView: Bool { true }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        return operands
    }
    func gradient(_ call: Call) -> [Tensor?] { [call.flow[0]] }
    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { [Split([.slice])] }
}

/// Copies elements that lie at any strides into row-major order.
enum StridedCopy {
    /// - Parameter offset: elements before the first one.
    static func kernel(_ binder: Binder, from source: Place, strides: [Int], offset: Int = 0) -> Kernel {
        let target = binder.results[0]
        let size = target.dtype.size
        // Neighbouring axes that continue each other become one; the innermost axis is copied in one loop.
        var extents: [Int] = [], steps: [Int] = []
        for (extent, step) in zip(target.shape.extents, strides) where extent != 1 {
            if let last = steps.last, last == step * extent {
                extents[extents.count - 1] *= extent
                steps[steps.count - 1] = step
            } else {
                extents.append(extent)
                steps.append(step)
            }
        }
        let inner = extents.popLast() ?? 1, step = steps.popLast() ?? 1
        let rows = target.shape.count == 0 ? 0 : extents.reduce(1, *)
        let base = source.pointer + offset * size
        let (outerExtents, outerSteps) = (extents, steps)
        let pieces = min(Binder.pieces(target.shape.count), max(1, rows))
        return Kernel(pieces: pieces, label: "copy.strided") { piece, _ in
            let range = Binder.range(rows, piece, of: pieces)
            for row in range {
                var rest = row, from = 0
                for axis in stride(from: outerExtents.count - 1, through: 0, by: -1) {
                    from += rest % outerExtents[axis] * outerSteps[axis]
                    rest /= outerExtents[axis]
                }
                let to = target.pointer + row * inner * size
                copyRow(base + from * size, step, to, inner, size)
            }
        }
    }

    @inline(__always)
    private static func copyRow(_ from: UnsafeMutableRawPointer, _ step: Int, _ to: UnsafeMutableRawPointer, _ count: Int, _ size: Int) {
        if step == 1 { return to.copyMemory(from: from, byteCount: count * size) }
        func copy<E>(_: E.Type) {
            let source = from.assumingMemoryBound(to: E.self), target = to.assumingMemoryBound(to: E.self)
            for index in 0..<count { target[index] = source[index * step] }
        }
        switch size {
        case 1: copy(UInt8.self)
        case 2: copy(UInt16.self)
        case 4: copy(UInt32.self)
        default: copy(UInt64.self)
        }
    }
}

let layoutCatalog: [any Op] = [Reshape(shape: []), Transpose(order: []), StopGradient(), FullPrecision()]
