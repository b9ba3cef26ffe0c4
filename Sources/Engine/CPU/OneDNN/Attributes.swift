import COneDNN

extension OneDNN {
    /// Work that a primitive does on its result before it stores it.
    enum PostOperation: Hashable, Sendable {
        /// max(x, 0) + slope · min(x, 0)
        case relu(slope: Float = 0)
        case geluErf, geluTanh
        /// x · sigmoid(x)
        case silu
        case sigmoid, tanh
        case elu(alpha: Float)
        case clip(lower: Float, upper: Float)
        /// scale · x + shift
        case linear(scale: Float, shift: Float)
        /// Adds scale times what the destination held before.
        case sum(scale: Float = 1)
        /// Adds or multiplies a further operand, bound as `.postOperation(index)`. Dimensions of 1 are repeated.
        case add(Descriptor)
        case multiply(Descriptor)
    }

    /// A scale that multiplies an operand of an integer computation: one number, or one for each index of an axis.
    /// Bound as `.scale(of: argument)`, always f32.
    struct Scale: Hashable, Sendable {
        let argument: Argument
        let axis: Int?
        let count: Int

        /// One number for the whole operand.
        static func whole(_ argument: Argument) -> Scale { Scale(argument: argument, axis: nil, count: 1) }

        /// One number for each of the `count` indices of an axis.
        static func along(_ axis: Int, count: Int, of argument: Argument) -> Scale {
            Scale(argument: argument, axis: axis, count: count)
        }

        fileprivate var mask: Int32 { axis.map { 1 << Int32($0) } ?? 0 }
    }

    struct Attributes: Hashable, Sendable {
        var after: [PostOperation] = []
        var scales: [Scale] = []
    }

    /// The native form. The scratchpad is always the caller's: one inside the library would be shared by threads.
    func native(_ attributes: Attributes) throws(Failure) -> Owned {
        let table = functions.pointee
        let result = try Owned("attributes", destroy: table.primitive_attr_destroy) { pointer in
            table.primitive_attr_create(&pointer)
        }
        try OneDNN.check(table.primitive_attr_set_scratchpad_mode(result.pointer, MK_DNN_SCRATCHPAD_USER), "scratchpad mode")
        for scale in attributes.scales {
            try OneDNN.check(
                table.primitive_attr_set_scales_mask(result.pointer, scale.argument.rawValue, scale.mask), "scales")
        }
        guard !attributes.after.isEmpty else { return result }
        let list = try Owned("post-operations", destroy: table.post_ops_destroy) { pointer in
            table.post_ops_create(&pointer)
        }
        for operation in attributes.after { try append(operation, to: list.pointer) }
        try OneDNN.check(table.primitive_attr_set_post_ops(result.pointer, list.pointer), "post-operations")
        return result
    }

    private func append(_ operation: PostOperation, to list: OpaquePointer) throws(Failure) {
        func elementwise(_ algorithm: Int32, _ alpha: Float = 0, _ beta: Float = 0) -> Int32 {
            functions.pointee.post_ops_append_eltwise(list, algorithm, alpha, beta)
        }
        let status =
            switch operation {
            case .relu(let slope): elementwise(MK_DNN_ELTWISE_RELU, slope)
            case .geluErf: elementwise(MK_DNN_ELTWISE_GELU_ERF)
            case .geluTanh: elementwise(MK_DNN_ELTWISE_GELU_TANH)
            case .silu: elementwise(MK_DNN_ELTWISE_SWISH, 1)
            case .sigmoid: elementwise(MK_DNN_ELTWISE_LOGISTIC)
            case .tanh: elementwise(MK_DNN_ELTWISE_TANH)
            case .elu(let alpha): elementwise(MK_DNN_ELTWISE_ELU, alpha)
            case .clip(let lower, let upper): elementwise(MK_DNN_ELTWISE_CLIP, lower, upper)
            case .linear(let scale, let shift): elementwise(MK_DNN_ELTWISE_LINEAR, scale, shift)
            case .sum(let scale): functions.pointee.post_ops_append_sum(list, scale, 0, 0)
            case .add(let operand):
                functions.pointee.post_ops_append_binary(list, MK_DNN_BINARY_ADD, operand.pointer)
            case .multiply(let operand):
                functions.pointee.post_ops_append_binary(list, MK_DNN_BINARY_MULTIPLY, operand.pointer)
            }
        try OneDNN.check(status, "post-operation \(operation)")
    }
}
