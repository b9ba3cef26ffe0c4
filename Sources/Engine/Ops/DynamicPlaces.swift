import CKernels

extension Tensor {
    /// A part of fixed extents whose first places are given by a tensor.
    ///
    /// - Parameters:
    ///   - starts: integers, one for each of `axes` (no axes for a single one). A start from which the part would stick
    ///     out is moved so that it just fits, as StableHLO does.
    ///   - counts: the extents of the part along `axes`; other axes are taken whole.
    ///   - axes: those along which the part is cut out.
    public func dynamicSlice(at starts: Tensor, _ counts: [Int], axes: [Int]) -> Tensor {
        .make(DynamicSlice(axes: axes.map { shape.axis($0) }, counts: counts), self, starts)
    }

    /// This tensor with `part` written over it from places given by a tensor; starts as in `dynamicSlice`.
    ///
    /// As the update of a variable it writes in place: the step of a key-value cache.
    public func dynamicUpdate(_ part: Tensor, at starts: Tensor, axes: [Int]) -> Tensor {
        .make(DynamicUpdate(axes: axes.map { shape.axis($0) }), self, part, starts)
    }
}

/// A part whose first places come with the values.
struct DynamicSlice: Op {
    let axes: [Int]
    let counts: [Int]
    var name: String { "dynamicSlice" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireStarts(operands[1], axes, operands)
        var shape = operands[0].shape
        guard axes.count == counts.count else { throw refuse("\(counts.count) extents for \(axes.count) axes", operands) }
        for (axis, count) in zip(axes, counts) {
            guard axis >= 0, axis < shape.rank, count >= 0, count <= shape[axis] else {
                throw refuse("a part of \(count) along axis \(axis)", operands)
            }
            shape = shape.replacing(axis, with: count)
        }
        return [operands[0].with(shape)]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let x = call.operands[0]
        return [.make(DynamicUpdate(axes: axes), .zeros(x.shape, x.dtype), call.flow[0]!, call.operands[1]), nil]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 0 && !axes.contains(0) ? [Split([.slice, .whole])] : []
    }

    func bind(_ binder: Binder) -> Kernel {
        let (source, target) = (binder.operands[0], binder.results[0])
        let copy = BlockCopy(target.shape, target.dtype.size, from: source.shape.strides, to: target.shape.strides)
        let start = StartPlace(binder.operands[1], axes, whole: source.shape, part: target.shape)
        return Kernel(label: "copy.strided") { _, _ in copy.run(source.pointer + start.offset() * target.dtype.size, target.pointer) }
    }
}

/// A tensor with a part written over it at places that come with the values.
struct DynamicUpdate: Op {
    let axes: [Int]
    var name: String { "dynamicUpdate" }
    var precision: PrecisionClass { .follow }
    var inPlace: [(result: Int, operand: Int)] { [(0, 0)] }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(3...3, operands)
        try requireSameType(Array(operands.prefix(2)))
        try requireStarts(operands[2], axes, operands)
        let (whole, part) = (operands[0].shape, operands[1].shape)
        guard whole.rank == part.rank else { throw refuse("the part has \(part.rank) axes, the whole \(whole.rank)", operands) }
        for axis in 0..<whole.rank where axes.contains(axis) ? part[axis] > whole[axis] : part[axis] != whole[axis] {
            throw refuse("the part does not fit along axis \(axis)", operands)
        }
        return [operands[0]]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let g = call.flow[0]!, part = call.operands[1], starts = call.operands[2]
        return [
            .make(self, g, .zeros(part.shape, part.dtype), starts),
            .make(DynamicSlice(axes: axes, counts: axes.map { part.shape[$0] }), g, starts), nil,
        ]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 0 && !axes.contains(0) ? [Split([.slice, .slice, .whole])] : []
    }

    func bind(_ binder: Binder) -> Kernel {
        let (whole, part, target) = (binder.operands[0], binder.operands[1], binder.results[0])
        let copy = BlockCopy(part.shape, part.dtype.size, from: part.shape.strides, to: target.shape.strides)
        let start = StartPlace(binder.operands[2], axes, whole: target.shape, part: part.shape)
        let bytes = whole.type.bytes
        return Kernel(label: "copy.strided") { _, _ in
            if whole.pointer != target.pointer { target.pointer.copyMemory(from: whole.pointer, byteCount: bytes) }
            copy.run(part.pointer, target.pointer + start.offset() * part.dtype.size)
        }
    }
}

extension Op {
    fileprivate func requireStarts(_ starts: TensorType, _ axes: [Int], _ operands: [TensorType]) throws {
        guard starts.dtype.isInteger else { throw refuse("starts must be integers, got \(starts.dtype)", operands) }
        guard starts.shape == [axes.count] || axes.count == 1 && starts.shape.count == 1 else {
            throw refuse("needs \(axes.count) starts, got \(starts.shape)", operands)
        }
    }
}

/// The first element of a part, read from a tensor of starts and moved so that the part fits.
private struct StartPlace: @unchecked Sendable {
    // @unchecked Sendable: reads memory of the session.
    private let starts: Integers
    private let bounds: [(limit: Int, stride: Int)]

    init(_ starts: Place, _ axes: [Int], whole: Shape, part: Shape) {
        self.starts = Integers(starts)
        bounds = axes.map { (whole[$0] - part[$0], whole.strides[$0]) }
    }

    func offset() -> Int {
        var offset = 0
        for place in bounds.indices { offset += max(0, min(bounds[place].limit, starts[place])) * bounds[place].stride }
        return offset
    }
}

/// Integers of any width, read where they lie.
struct Integers: @unchecked Sendable {
    // @unchecked Sendable: reads memory of the session.
    let pointer: UnsafeMutableRawPointer
    let dtype: DType
    init(_ place: Place) {
        pointer = place.pointer
        dtype = place.dtype
    }
    /// Unsigned numbers beyond an Int's become the largest.
    @inline(__always) subscript(index: Int) -> Int {
        switch dtype {
        case .i64: Int(pointer.assumingMemoryBound(to: Int64.self)[index])
        case .i32: Int(pointer.assumingMemoryBound(to: Int32.self)[index])
        case .i16: Int(pointer.assumingMemoryBound(to: Int16.self)[index])
        case .i8: Int(pointer.assumingMemoryBound(to: Int8.self)[index])
        case .u64: Int(clamping: pointer.assumingMemoryBound(to: UInt64.self)[index])
        case .u32: Int(pointer.assumingMemoryBound(to: UInt32.self)[index])
        case .u16: Int(pointer.assumingMemoryBound(to: UInt16.self)[index])
        default: Int(pointer.assumingMemoryBound(to: UInt8.self)[index])
        }
    }
}

let dynamicCatalog: [any Op] = [DynamicSlice(axes: [0], counts: [1]), DynamicUpdate(axes: [0])]
