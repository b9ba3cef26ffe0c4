extension Tensor {
    /// start, start + step, …: `count` numbers.
    public static func iota(_ count: Int, start: Double = 0, step: Double = 1, dtype: DType = .i64) -> Tensor {
        .make(Iota(type: TensorType([count], dtype), start: start, step: step))
    }
}

/// Numbers at equal distances.
struct Iota: PortableOp {
    let type: TensorType
    var start = 0.0
    var step = 1.0
    var name: String { "iota" }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        if type.shape.rank != 1 || type.dtype == .bool { throw refuse("makes one axis of numbers", [type]) }
        return [type]
    }
    func bind(_ binder: Binder) throws -> Kernel { try portable(type.dtype, binder) }
    func portable<T: Compute>(_: T.Type, _ binder: Binder) -> Kernel {
        let y = binder.write(0, T.self)
        let (start, step) = (start, step)
        return binder.portable([Port<T>](), [y]) { for index in 0..<y.count { y[index] = T(start + step * Double(index)) } }
    }
}

let iotaCatalog: [any Op] = [Iota(type: TensorType([0], .i64))]
