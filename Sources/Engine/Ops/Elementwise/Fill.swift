import CKernels

extension Tensor {
    /// The number that fills this tensor, if it was made so.
    var filled: Double? { (node.op as? Fill)?.value }

    /// A tensor of one number.
    public static func fill(_ value: Double, _ shape: Shape, _ dtype: DType = .f32) -> Tensor {
        .make(Fill(value: value, type: TensorType(shape, dtype)))
    }
    /// A tensor of zeros.
    public static func zeros(_ shape: Shape, _ dtype: DType = .f32) -> Tensor { .fill(0, shape, dtype) }
    /// A tensor of ones.
    public static func ones(_ shape: Shape, _ dtype: DType = .f32) -> Tensor { .fill(1, shape, dtype) }

    /// The same values as another type. Floats to integers truncate and saturate (NaN becomes 0), integers to narrower
    /// ones wrap, bool is "not 0".
    public func cast(to dtype: DType) -> Tensor { dtype == self.dtype ? self : .make(Cast(dtype: dtype), self) }

    /// This tensor repeated along axes of extent 1 and new leading axes.
    public func broadcast(to shape: Shape) -> Tensor { shape == self.shape ? self : .make(Broadcast(shape: shape), self) }
}

/// One number everywhere.
struct Fill: Op {
    let value: Double
    let type: TensorType
    var name: String { "fill" }
    var isElementwise: Bool { true }
    var precision: PrecisionClass { .follow }
    func infer(_ operands: [TensorType]) -> [TensorType] { [type] }
    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? { builder.constant(value) }
}

/// The same values in another type.
struct Cast: Op {
    let dtype: DType
    var name: String { "cast" }
    var isElementwise: Bool { true }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        return [operands[0].with(dtype)]
    }
    func gradient(_ call: Call) -> [Tensor?] { [call.operands[0].dtype.isFloat ? call.flow[0]!.cast(to: call.operands[0].dtype) : nil] }
    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? { builder.apply(MK_OP_COPY, operands[0]) }
    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        if operands[0].dtype == dtype { return operands }
        // bf16 to f32 and back is exact.
        if let inner = operands[0].node.op as? Cast, !operands[0].node.isLeaf, operands[0].node.operands[0].dtype == dtype, dtype == .bf16,
            inner.dtype == .f32
        {
            return [operands[0].node.operands[0]]
        }
        return nil
    }
}

/// Repeats along axes of extent 1 and new leading axes.
struct Broadcast: Op {
    let shape: Shape
    var name: String { "broadcast" }
    var isElementwise: Bool { true }
    var precision: PrecisionClass { .follow }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        guard operands[0].shape.broadcast(with: shape) == shape else {
            throw refuse("shape \(operands[0].shape) does not broadcast to \(shape)", operands)
        }
        return [operands[0].with(shape)]
    }
    func gradient(_ call: Call) -> [Tensor?] { [call.flow[0]!.summed(to: call.operands[0].shape)] }
    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? { builder.apply(MK_OP_COPY, operands[0]) }
    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        if operands[0].shape == shape { return operands }
        return operands[0].filled.map { [.fill($0, shape, operands[0].dtype)] }
    }
}

let fillCatalog: [any Op] = [Fill(value: 0, type: TensorType([], .f32)), Cast(dtype: .f32), Broadcast(shape: [])]
