import COneDNN

extension OneDNN {
    /// Layer normalisation over the last dimension, with learned `scale` and `shift` (f32, bound together).
    ///
    /// In training it also writes `mean` and `variance` (f32, the source's leading dimensions) for the backward pass.
    func layerNormalization(
        source: Descriptor, destination: Descriptor, epsilon: Float, affine: Bool, training: Bool
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: training ? "layer normalisation training" : "layer normalisation",
            descriptors: [source, destination], integers: [affine ? 1 : 0], scalars: [epsilon])
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            try self.layerNormalizationPlan(
                &plan, source, destination, epsilon, affine, training: training, attributes)
        }
    }

    /// The gradients of a layer normalisation with respect to its source and, where `affine`, scale and shift.
    ///
    /// Reads `source`, `mean`, `variance`, `destinationGradient` and, where `affine`, `scale` and also `shift`: its
    /// values have no part in the gradients, but the library refuses to run without it.
    func layerNormalizationBackward(
        sourceGradient: Descriptor, destinationGradient: Descriptor, source: Descriptor, epsilon: Float, affine: Bool
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "layer normalisation backward", descriptors: [sourceGradient, destinationGradient, source],
            integers: [affine ? 1 : 0], scalars: [epsilon])
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            let hint = try Owned("layer normalisation hint", destroy: self.functions.pointee.primitive_desc_destroy) {
                (plan: inout OpaquePointer?) throws(Failure) in
                try self.layerNormalizationPlan(&plan, source, source, epsilon, affine, training: true, nil)
            }
            let statistics = try self.plain(Array(source.dimensions.dropLast()), .f32)
            return self.functions.pointee.layer_normalization_backward_primitive_desc_create(
                &plan, self.engine, affine ? MK_DNN_BACKWARD : MK_DNN_BACKWARD_DATA, sourceGradient.pointer,
                destinationGradient.pointer, source.pointer, statistics.pointer, epsilon, Self.flags(affine),
                hint.pointer, attributes)
        }
    }

    /// Batch normalisation with known `mean` and `variance`, `scale` and `shift` (all f32, one for each channel).
    func batchNormalization(
        source: Descriptor, destination: Descriptor, epsilon: Float, relu: Bool
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "batch normalisation", descriptors: [source, destination], integers: [relu ? 1 : 0],
            scalars: [epsilon])
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            let flags = MK_DNN_USE_GLOBAL_STATISTICS | Self.flags(true) | (relu ? MK_DNN_FUSE_RELU : 0)
            return self.functions.pointee.batch_normalization_forward_primitive_desc_create(
                &plan, self.engine, MK_DNN_FORWARD_INFERENCE, source.pointer, destination.pointer, epsilon, flags,
                attributes)
        }
    }

    /// Local response normalisation: source · (k + alpha / n · Σ source²)^−beta, the sum over the `size` nearest
    /// channels (n = size), or over a square of `size` × `size` neighbours in the same channel (n = size²).
    func localResponseNormalization(
        source: Descriptor, destination: Descriptor, size: Int, alpha: Float, beta: Float, k: Float,
        acrossChannels: Bool = true
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "local response normalisation", descriptors: [source, destination],
            integers: [size, acrossChannels ? 1 : 0], scalars: [alpha, beta, k])
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            self.functions.pointee.lrn_forward_primitive_desc_create(
                &plan, self.engine, MK_DNN_FORWARD_INFERENCE,
                acrossChannels ? MK_DNN_LRN_ACROSS_CHANNELS : MK_DNN_LRN_WITHIN_CHANNEL, source.pointer,
                destination.pointer, Int64(size), alpha, beta, k, attributes)
        }
    }

    /// Scale and shift come together: without the shift's flag the backward pass does not write the shift's gradient.
    private static func flags(_ affine: Bool) -> UInt32 { affine ? MK_DNN_USE_SCALE | MK_DNN_USE_SHIFT : 0 }

    private func layerNormalizationPlan(
        _ plan: inout OpaquePointer?, _ source: Descriptor, _ destination: Descriptor, _ epsilon: Float,
        _ affine: Bool, training: Bool, _ attributes: OpaquePointer?
    ) throws(Failure) -> Int32 {
        let statistics = try plain(Array(source.dimensions.dropLast()), .f32)
        return functions.pointee.layer_normalization_forward_primitive_desc_create(
            &plan, engine, training ? MK_DNN_FORWARD_TRAINING : MK_DNN_FORWARD_INFERENCE, source.pointer,
            destination.pointer, statistics.pointer, epsilon, Self.flags(affine), attributes)
    }
}
