import COneDNN

extension OneDNN {
    /// How a window moves over the spatial dimensions, outermost first.
    struct Geometry: Hashable, Sendable {
        var strides: [Int]
        /// Distance between neighbouring elements of the window: 1 is dense.
        var dilations: [Int]
        var paddingBefore: [Int]
        var paddingAfter: [Int]

        init(strides: [Int], dilations: [Int]? = nil, paddingBefore: [Int]? = nil, paddingAfter: [Int]? = nil) {
            self.strides = strides
            self.dilations = dilations ?? [Int](repeating: 1, count: strides.count)
            self.paddingBefore = paddingBefore ?? [Int](repeating: 0, count: strides.count)
            self.paddingAfter = paddingAfter ?? self.paddingBefore
        }

        fileprivate var key: [Int] { strides + dilations + paddingBefore + paddingAfter }

        var native: (strides: [Int64], dilations: [Int64], before: [Int64], after: [Int64]) {
            // The library counts the gaps between elements: 0 is dense.
            (
                strides.map(Int64.init), dilations.map { Int64($0 - 1) }, paddingBefore.map(Int64.init),
                paddingAfter.map(Int64.init)
            )
        }

        func check(rank: Int, _ operation: String) throws(Failure) {
            guard [strides, dilations, paddingBefore, paddingAfter].allSatisfy({ $0.count == rank }) else {
                throw .invalidArguments("\(operation): \(self) for \(rank) spatial dimensions")
            }
        }
    }

    /// destination = after(source ∗ weights + bias), a cross-correlation in one to three spatial dimensions.
    ///
    /// Activations come from `channelsLast` or `anyActivations`, weights from `kernel` or `anyKernel`; groups
    /// (up to depthwise) are a leading dimension of the weights. The bias is plain, f32 or the destination's type.
    func convolution(
        source: Descriptor, weights: Descriptor, bias: Descriptor?, destination: Descriptor, _ geometry: Geometry,
        training: Bool, after: [PostOperation] = []
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: training ? "convolution training" : "convolution",
            descriptors: [source, weights, bias, destination], integers: geometry.key,
            attributes: Attributes(after: after))
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            try self.convolutionPlan(
                &plan, source, weights, bias, destination, geometry, training: training, attributes)
        }
    }

    /// The gradient of a convolution with respect to its source.
    func convolutionBackwardData(
        sourceGradient: Descriptor, weights: Descriptor, destinationGradient: Descriptor, _ geometry: Geometry
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "convolution backward data", descriptors: [sourceGradient, weights, destinationGradient],
            integers: geometry.key)
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            let hint = try self.convolutionHint(
                sourceGradient, weights, nil, destinationGradient, geometry, weights.type)
            let native = geometry.native
            return self.functions.pointee.convolution_backward_data_primitive_desc_create(
                &plan, self.engine, MK_DNN_CONVOLUTION_DIRECT, sourceGradient.pointer, weights.pointer,
                destinationGradient.pointer, native.strides, native.dilations, native.before, native.after,
                hint.pointer, attributes)
        }
    }

    /// The gradients of a convolution with respect to its weights and, where given, its bias. With bf16 activations
    /// both gradients may be f32.
    func convolutionBackwardWeights(
        source: Descriptor, weightsGradient: Descriptor, biasGradient: Descriptor?, destinationGradient: Descriptor,
        _ geometry: Geometry
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "convolution backward weights",
            descriptors: [source, weightsGradient, biasGradient, destinationGradient], integers: geometry.key)
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            let hint = try self.convolutionHint(
                source, weightsGradient, biasGradient, destinationGradient, geometry, source.type)
            let native = geometry.native
            return self.functions.pointee.convolution_backward_weights_primitive_desc_create(
                &plan, self.engine, MK_DNN_CONVOLUTION_DIRECT, source.pointer, weightsGradient.pointer,
                biasGradient?.pointer, destinationGradient.pointer, native.strides, native.dilations, native.before,
                native.after, hint.pointer, attributes)
        }
    }

    /// The transposed convolution: each source element spreads its window over the destination. The kernel's logical
    /// order is `[out, in / groups, spatial…]` here as well.
    func deconvolution(
        source: Descriptor, weights: Descriptor, bias: Descriptor?, destination: Descriptor, _ geometry: Geometry,
        training: Bool, after: [PostOperation] = []
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: training ? "deconvolution training" : "deconvolution",
            descriptors: [source, weights, bias, destination], integers: geometry.key,
            attributes: Attributes(after: after))
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            try geometry.check(rank: source.dimensions.count - 2, "deconvolution")
            let native = geometry.native
            return self.functions.pointee.deconvolution_forward_primitive_desc_create(
                &plan, self.engine, training ? MK_DNN_FORWARD_TRAINING : MK_DNN_FORWARD_INFERENCE,
                MK_DNN_DECONVOLUTION_DIRECT, source.pointer, weights.pointer, bias?.pointer, destination.pointer,
                native.strides, native.dilations, native.before, native.after, attributes)
        }
    }

    private func convolutionPlan(
        _ plan: inout OpaquePointer?, _ source: Descriptor, _ weights: Descriptor, _ bias: Descriptor?,
        _ destination: Descriptor, _ geometry: Geometry, training: Bool, _ attributes: OpaquePointer?
    ) throws(Failure) -> Int32 {
        try geometry.check(rank: source.dimensions.count - 2, "convolution")
        let native = geometry.native
        return functions.pointee.convolution_forward_primitive_desc_create(
            &plan, engine, training ? MK_DNN_FORWARD_TRAINING : MK_DNN_FORWARD_INFERENCE, MK_DNN_CONVOLUTION_DIRECT,
            source.pointer, weights.pointer, bias?.pointer, destination.pointer, native.strides, native.dilations,
            native.before, native.after, attributes)
    }

    /// The forward plan that a backward one has to be given: the same sizes, layouts open, one type throughout.
    private func convolutionHint(
        _ source: Descriptor, _ weights: Descriptor, _ bias: Descriptor?, _ destination: Descriptor,
        _ geometry: Geometry, _ type: DType
    ) throws(Failure) -> Owned {
        let anySource = try any(source.dimensions, type)
        let anyWeights = try any(weights.dimensions, type)
        let anyDestination = try any(destination.dimensions, type)
        return try Owned("convolution hint", destroy: functions.pointee.primitive_desc_destroy) {
            (plan: inout OpaquePointer?) throws(Failure) in
            try self.convolutionPlan(
                &plan, anySource, anyWeights, bias, anyDestination, geometry, training: true, nil)
        }
    }
}
