import COneDNN

extension OneDNN {
    /// Softmax, or its logarithm, along an axis.
    func softmax(
        source: Descriptor, destination: Descriptor, axis: Int, logarithm: Bool, training: Bool
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: training ? "softmax training" : "softmax", descriptors: [source, destination],
            integers: [axis, logarithm ? 1 : 0])
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            self.softmaxPlan(&plan, source, destination, axis, logarithm, training: training, attributes)
        }
    }

    /// The gradient of a softmax (or its logarithm) with respect to its source, from its result `destination`.
    func softmaxBackward(
        sourceGradient: Descriptor, destinationGradient: Descriptor, destination: Descriptor, axis: Int,
        logarithm: Bool
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "softmax backward", descriptors: [sourceGradient, destinationGradient, destination],
            integers: [axis, logarithm ? 1 : 0])
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            let hint = try Owned("softmax hint", destroy: self.functions.pointee.primitive_desc_destroy) { plan in
                self.softmaxPlan(&plan, destination, destination, axis, logarithm, training: true, nil)
            }
            return self.functions.pointee.softmax_backward_primitive_desc_create(
                &plan, self.engine, logarithm ? MK_DNN_SOFTMAX_LOG : MK_DNN_SOFTMAX_ACCURATE, sourceGradient.pointer,
                destinationGradient.pointer, destination.pointer, Int32(axis), hint.pointer, attributes)
        }
    }

    private func softmaxPlan(
        _ plan: inout OpaquePointer?, _ source: Descriptor, _ destination: Descriptor, _ axis: Int, _ logarithm: Bool,
        training: Bool, _ attributes: OpaquePointer?
    ) -> Int32 {
        functions.pointee.softmax_forward_primitive_desc_create(
            &plan, engine, training ? MK_DNN_FORWARD_TRAINING : MK_DNN_FORWARD_INFERENCE,
            logarithm ? MK_DNN_SOFTMAX_LOG : MK_DNN_SOFTMAX_ACCURATE, source.pointer, destination.pointer,
            Int32(axis), attributes)
    }
}
