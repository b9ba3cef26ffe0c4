import CKernels

/// The matrix product over the two last axes; leading axes are broadcast. [..., m, k] · [..., k, n] → [..., m, n]
public func matmul(_ a: Tensor, _ b: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false) -> Tensor {
    .make(MatMul(transposeLeft: transposeLeft, transposeRight: transposeRight), a, b)
}

/// x · Wᵀ + b over the last axis: [..., in] with weights [out, in] and bias [out] → [..., out].
public func linear(_ x: Tensor, _ weights: Tensor, _ bias: Tensor? = nil) -> Tensor {
    demand(weights.rank == 2, "\(EngineError("linear", "weights must be [out, in]", operands: [x.type, weights.type]))")
    let rows = x.rank == 2 ? x : x.reshaped(Shape.inferred, x.rank == 0 ? 1 : x.shape[-1])
    let product = Tensor.makeAll(MatMul(transposeRight: true, hasBias: bias != nil), [rows, weights] + (bias.map { [$0] } ?? []))[0]
    return x.rank == 2 ? product : product.reshaped(Shape(Array(x.shape.extents.dropLast()) + [weights.shape[0]]))
}

/// What convolution and matmul do with their result before it is stored.
enum Activation: String, Codable, Sendable, Hashable {
    case none, relu, sigmoid, tanh, gelu, geluTanh, silu

    init?(_ op: any Op) {
        guard let unary = op as? Unary, let known = Activation(rawValue: unary.function.rawValue) else { return nil }
        self = known
    }

    func apply(_ x: Tensor) -> Tensor { self == .none ? x : x.unary(UnaryFunction(rawValue: rawValue)!) }

    /// The number the C kernels know it by; nil where they do not.
    var kernelCode: Int32? {
        switch self {
        case .none: Int32(MK_ACTIVATION_NONE)
        case .relu: Int32(MK_ACTIVATION_RELU)
        case .sigmoid: Int32(MK_ACTIVATION_SIGMOID)
        case .tanh: Int32(MK_ACTIVATION_TANH)
        case .gelu: Int32(MK_ACTIVATION_GELU)
        case .silu: Int32(MK_ACTIVATION_SILU)
        case .geluTanh: nil
        }
    }

    var after: [OneDNN.PostOperation] {
        switch self {
        case .none: []
        case .relu: [.relu()]
        case .sigmoid: [.sigmoid]
        case .tanh: [.tanh]
        case .gelu: [.geluErf]
        case .geluTanh: [.geluTanh]
        case .silu: [.silu]
        }
    }
}

/// y = activation(A · B + bias + residual); operands are A, B, then the bias [n], then the residual, as far as there are any.
struct MatMul: PortableOp {
    var transposeLeft = false
    var transposeRight = false
    var hasBias = false
    var hasResidual = false
    var activation = Activation.none
    /// The result stays f32 where the operands are bf16: gradients of parameters.
    var wideResult = false
    var name: String { "matmul" }
    var precision: PrecisionClass { wideResult ? .narrowOperands : .narrow }
    func keepsWide(operand: Int) -> Bool { hasBias && operand == 2 }

    private struct Sizes {
        var m = 0, n = 0, k = 0
        var batch: Shape = []
    }

    private func sizes(_ operands: [TensorType]) throws -> Sizes {
        let a = operands[0].shape, b = operands[1].shape
        guard a.rank >= 2, b.rank >= 2 else { throw refuse("operands need two axes at least", operands) }
        let (m, k) = transposeLeft ? (a[-1], a[-2]) : (a[-2], a[-1])
        let (k2, n) = transposeRight ? (b[-1], b[-2]) : (b[-2], b[-1])
        guard k == k2 else { throw refuse("inner extents differ: \(k) on the left, \(k2) on the right", operands) }
        guard let batch = Shape(Array(a.extents.dropLast(2))).broadcast(with: Shape(Array(b.extents.dropLast(2)))) else {
            throw refuse("leading axes do not broadcast", operands)
        }
        return Sizes(m: m, n: n, k: k, batch: batch)
    }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        let count = 2 + (hasBias ? 1 : 0) + (hasResidual ? 1 : 0)
        try require(count...count, operands)
        try requireSameType(Array(operands.prefix(2)))
        let s = try sizes(operands)
        if operands[0].dtype == .bool { throw refuse("does not take bool", operands) }
        if hasBias, operands[2].shape != [s.n] { throw refuse("the bias must be [\(s.n)]", operands) }
        let dtype = wideResult && operands[0].dtype == .bf16 ? .f32 : operands[0].dtype
        let result = TensorType(Shape(s.batch.extents + [s.m, s.n]), dtype)
        if hasResidual, operands[count - 1].shape != result.shape {
            throw refuse("the residual must have the shape of the result", operands)
        }
        return [result]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        var g = call.flow[0]!
        // Absorbed activations appear only after gradients were taken; a bias is differentiated here.
        demand(activation == .none, "matmul: the gradient of a fused activation")
        let a = call.operands[0], b = call.operands[1]
        let bias = hasBias ? g.summed(to: call.operands[2].shape) : nil
        let residual = hasResidual ? g : nil
        if g.dtype != a.dtype { g = g.cast(to: a.dtype) }
        func product(_ x: Tensor, _ tx: Bool, _ y: Tensor, _ ty: Bool, for operand: Tensor) -> Tensor {
            // A matrix times a batch of rows has its gradient summed over all rows: one product over the flattened rows.
            .make(MatMul(transposeLeft: tx, transposeRight: ty, wideResult: operand.rank == 2 && operand.dtype == .f32), x, y)
        }
        let ga = (transposeLeft ? product(b, transposeRight, g, true, for: a) : product(g, false, b, !transposeRight, for: a)).summed(
            to: a.shape)
        let gb = (transposeRight ? product(g, true, a, transposeLeft, for: b) : product(a, !transposeLeft, g, false, for: b)).summed(
            to: b.shape)
        return [ga, gb] + (hasBias ? [bias] : []) + (hasResidual ? [residual] : [])
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        let rank = results[0].shape.rank, rest = (hasBias ? [Split.Part.whole] : [])
        let a = operands[0].shape.rank, b = operands[1].shape.rank
        let residual: [Split.Part] = hasResidual ? [.slice] : []
        if rank > 2 {
            let sliceA = a == rank && operands[0].shape[0] == results[0].shape[0],
                sliceB = b == rank && operands[1].shape[0] == results[0].shape[0]
            return [Split([sliceA ? .slice : .whole, sliceB ? .slice : .whole] + rest + residual)]
        }
        var options: [Split] = []
        // Rows of the left matrix are independent; a product over the batch is a sum of the shards' products.
        if !transposeLeft { options.append(Split([.slice, .whole] + rest + residual)) }
        if transposeLeft && !transposeRight && !hasBias && !hasResidual && activation == .none && operands[0].dtype.isFloat {
            options.append(Split([.slice, .slice], [.sum]))
        }
        return options
    }

    func absorbing(_ consumer: any Op, position: Int, operands: [TensorType], others: [TensorType]) -> (any Op)? {
        guard activation == .none else { return nil }
        var joined = self
        if let activation = Activation(consumer), operands[0].dtype.isFloat {
            joined.activation = activation
            return joined
        }
        guard let binary = consumer as? Binary, binary.function == .add, let s = try? sizes(operands), let result = try? infer(operands)[0]
        else { return nil }
        if !hasBias, !hasResidual, others[0].shape == [s.n], others[0].dtype == .f32, result.dtype != .f64 {
            joined.hasBias = true
            return joined
        }
        if !hasResidual, others[0] == result, result.dtype == .f32 || result.dtype == .bf16 {
            joined.hasResidual = true
            return joined
        }
        return nil
    }

    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        // A transpose of the two last axes is a flag.
        func untransposed(_ x: Tensor) -> Tensor? {
            guard let op = x.node.op as? Transpose, !x.node.isLeaf, x.rank >= 2 else { return nil }
            var plain = Array(0..<x.rank)
            plain.swapAt(x.rank - 1, x.rank - 2)
            return op.order == plain ? x.node.operands[0] : nil
        }
        var changed = self
        var moved = operands
        if let a = untransposed(operands[0]) { (moved[0], changed.transposeLeft) = (a, !transposeLeft) }
        if let b = untransposed(operands[1]) { (moved[1], changed.transposeRight) = (b, !transposeRight) }
        return changed == self ? nil : Tensor.makeAll(changed, moved)
    }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int {
        guard let s = try? sizes(operands) else { return 0 }
        return 2 * s.m * s.n * s.k * s.batch.count
    }
}

let matMulCatalog: [any Op] = [MatMul()]

extension Activation {
    /// The function itself, for the portable kernels of all types.
    func value(_ x: Double) -> Double {
        switch self {
        case .none: x
        case .relu: x > 0 || x.isNaN ? x : 0
        case .sigmoid: x >= 0 ? 1 / (1 + exponential(-x)) : exponential(x) / (1 + exponential(x))
        case .tanh: hyperbolicTangent(x)
        case .gelu: 0.5 * x * (1 + errorFunction(x * 0.5.squareRoot()))
        case .geluTanh: 0.5 * x * (1 + hyperbolicTangent((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .silu: x / (1 + exponential(-x))
        }
    }
}
