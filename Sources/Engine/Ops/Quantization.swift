import CKernels

extension Tensor {
    /// Eight-bit numbers q = clamp(round(x / scale) + zero point), halves to even.
    ///
    /// - Parameter scale: one number, or one for each place along `axis`.
    /// - Parameter zeroPoint: what 0 becomes, of the shape of `scale` and the type of the result; nil for 0.
    /// - Parameter axis: nil where scale and zero point are one number.
    /// - Parameter dtype: i8 or u8.
    public func quantized(scale: Tensor, zeroPoint: Tensor? = nil, axis: Int? = nil, as dtype: DType = .i8) -> Tensor {
        steps("quantize", scale, zeroPoint, axis, dtype).clamped(dtype.range.low, dtype.range.high).cast(to: dtype)
    }

    /// x = (q - zero point) · scale, of the scale's type.
    public func dequantized(scale: Tensor, zeroPoint: Tensor? = nil, axis: Int? = nil) -> Tensor {
        let scales = along("dequantize", scale, axis)
        let numbers = cast(to: scale.dtype)
        return (zeroPoint.map { numbers - along("dequantize", $0, axis).cast(to: scale.dtype) } ?? numbers) * scales
    }

    /// What is left of these numbers after quantisation and back. The gradient passes straight through where the range
    /// of the type holds the number, and is 0 elsewhere (Jacob et al. 2018).
    public func fakeQuantized(scale: Tensor, zeroPoint: Tensor? = nil, axis: Int? = nil, as dtype: DType = .i8) -> Tensor {
        let steps = steps("fakeQuantize", scale, zeroPoint, axis, dtype).stopGradient()
        let (low, high) = dtype.range
        let zero = zeroPoint.map { along("fakeQuantize", $0, axis).cast(to: self.dtype) }
        let clamped = steps.clamped(low, high)
        let value = (zero.map { clamped - $0 } ?? clamped) * along("fakeQuantize", scale, axis).cast(to: self.dtype)
        let isInside = steps.isAtLeast(steps.like(low)).and(steps.isAtMost(steps.like(high)))
        return .make(StraightThrough(), value, select(isInside, self, stopGradient()))
    }

    /// x / scale, rounded, from the zero point on.
    private func steps(_ name: String, _ scale: Tensor, _ zeroPoint: Tensor?, _ axis: Int?, _ dtype: DType) -> Tensor {
        demand(dtype.size == 1 && dtype != .bool, "\(EngineError(name, "makes i8 or u8, not \(dtype)", operands: [type]))")
        let rounded = (self / along(name, scale, axis).cast(to: self.dtype)).rounded()
        return zeroPoint.map { rounded + along(name, $0, axis).cast(to: self.dtype) } ?? rounded
    }

    /// One number for all, or one for each place along an axis, in a shape that broadcasts to this tensor's.
    private func along(_ name: String, _ values: Tensor, _ axis: Int?) -> Tensor {
        if values.count == 1 { return values.reshaped([]) }
        guard let axis, (-rank..<rank).contains(axis), values.shape == [shape[axis]] else {
            trap(
                "\(EngineError(name, "scales and zero points are one number, or one for each place along the axis", operands: [type, values.type]))"
            )
        }
        return values.reshaped(Shape((0..<rank).map { $0 == shape.axis(axis) ? shape[axis] : 1 }))
    }
}

/// The product of eight-bit matrices, exact in i32: [..., m, k] · [..., k, n] → [..., m, n].
///
/// - Parameter a: i8 or u8 [..., m, k].
/// - Parameter b: i8 or u8 [..., k, n].
/// - Parameter zeroPoints: numbers that are taken off the elements first, one for all:
///   Σ (a - z)(b - w) = Σ ab - z Σ b - w Σ a + k z w.
public func matmulInteger(_ a: Tensor, _ b: Tensor, zeroPoints: (a: Tensor?, b: Tensor?) = (nil, nil)) -> Tensor {
    var result = Tensor.make(MatMulInteger(), a, b)
    let z = zeroPoints.a?.cast(to: .i32), w = zeroPoints.b?.cast(to: .i32)
    if let z { result = result - z * b.cast(to: .i32).sum([-2], keep: true) }
    if let w { result = result - w * a.cast(to: .i32).sum([-1], keep: true) }
    if let z, let w { result = result + z * w * Double(a.shape[-1]) }
    return result
}

/// u8 or i8 by u8 or i8, summed in i32.
struct MatMulInteger: Op {
    var name: String { "matmulInteger" }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        if let odd = operands.first(where: { $0.dtype != .i8 && $0.dtype != .u8 }) {
            throw refuse("needs i8 or u8, got \(odd.dtype)", operands)
        }
        do {
            return try MatMul().infer(operands.map { $0.with(.i32) })
        } catch let error as EngineError {
            throw refuse(error.reason, operands)
        }
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        MatMul().splits(operands.map { $0.with(.i32) }, results).filter { $0.results == [.slice] }
    }
    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int { MatMul().work(operands.map { $0.with(.i32) }, results) }

    func bind(_ binder: Binder) throws -> Kernel {
        let call = try MatMulCall(MatMul(), binder)
        // Older instruction sets add pairs of products in 16 bits, which saturate.
        if binder.native, binder.operands[1].dtype == .i8, call.k > 0, call.m * call.n * call.k * call.count > 1 << 15,
            mk_isa() >= Int32(MK_ISA_AVX512_BF16), let library = OneDNN.shared,
            let kernel = try? call.native(library)
        {
            return kernel
        }
        func kernel<A: FixedWidthInteger, B: FixedWidthInteger>(_: A.Type, _: B.Type) -> Kernel {
            let (a, b) = (binder.operands[0].pointer(as: A.self), binder.operands[1].pointer(as: B.self)),
                y = binder.results[0].pointer(as: Int32.self)
            let pieces = Swift.min(Swift.max(1, call.count * call.m), Binder.pieces(call.count * call.m * call.n * call.k))
            return Kernel(pieces: pieces) { piece, _ in
                for row in Binder.range(call.count * call.m, piece, of: pieces) {
                    let index = row / call.m, left = a + call.offsetA(index) + row % call.m * call.k, right = b + call.offsetB(index),
                        sums = y + row * call.n
                    for j in 0..<call.n { sums[j] = 0 }
                    for p in 0..<call.k {
                        let factor = Int32(truncatingIfNeeded: left[p]), line = right + p * call.n
                        for j in 0..<call.n { sums[j] &+= factor &* Int32(truncatingIfNeeded: line[j]) }
                    }
                }
            }
        }
        switch (binder.operands[0].dtype, binder.operands[1].dtype) {
        case (.u8, .u8): return kernel(UInt8.self, UInt8.self)
        case (.u8, _): return kernel(UInt8.self, Int8.self)
        case (_, .u8): return kernel(Int8.self, UInt8.self)
        default: return kernel(Int8.self, Int8.self)
        }
    }
}

extension DType {
    /// The least and the greatest number of an eight-bit type.
    fileprivate var range: (low: Double, high: Double) { self == .u8 ? (0, 255) : (-128, 127) }
}

/// The first operand, whose gradient flows to the second one.
struct StraightThrough: Op {
    var name: String { "straightThrough" }
    var isView: Bool { true }
    var precision: PrecisionClass { .follow }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        guard operands[0] == operands[1] else { throw refuse("value and stand-in differ", operands) }
        return [operands[0]]
    }
    func gradient(_ call: Call) -> [Tensor?] { [nil, call.flow[0]] }
    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        results[0].shape.rank > 0 ? [Split([.slice, .slice])] : []
    }
    func simplified(_ operands: [Tensor]) -> [Tensor]? { [operands[0]] }
}

let quantizationCatalog: [any Op] = [StraightThrough(), MatMulInteger()]
