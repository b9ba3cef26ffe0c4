extension Tensor {
    /// Eight-bit numbers q = clamp(round(x / scale) + zero point), halves to even.
    ///
    /// - Parameter scale: one number, or one for each place along `axis`.
    /// - Parameter zeroPoint: what 0 becomes, of the shape of `scale` and the type of the result; nil for 0.
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
            trap("\(EngineError(name, "scales and zero points are one number, or one for each place along the axis", operands: [type, values.type]))")
        }
        return values.reshaped(Shape((0..<rank).map { $0 == shape.axis(axis) ? shape[axis] : 1 }))
    }
}

/// The product of eight-bit matrices, exact in i32: [..., m, k] · [..., k, n] → [..., m, n]. Zero points are taken off first.
public func matmulInteger(_ a: Tensor, _ b: Tensor, zeroPoints: (a: Tensor?, b: Tensor?) = (nil, nil)) -> Tensor {
    func wide(_ x: Tensor, _ zero: Tensor?) -> Tensor {
        let numbers = x.cast(to: .i32)
        return zero.map { numbers - $0.cast(to: .i32) } ?? numbers
    }
    return matmul(wide(a, zeroPoints.a), wide(b, zeroPoints.b))
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
    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { results[0].shape.rank > 0 ? [Split([.slice, .slice])] : [] }
    func simplified(_ operands: [Tensor]) -> [Tensor]? { [operands[0]] }
}

let quantizationCatalog: [any Op] = [StraightThrough()]
