import COneDNN

extension OneDNN {
    enum Pooling: Hashable, Sendable {
        case maximum, averageIncludingPadding, averageExcludingPadding

        fileprivate var algorithm: Int32 {
            switch self {
            case .maximum: MK_DNN_POOLING_MAX
            case .averageIncludingPadding: MK_DNN_POOLING_AVERAGE_INCLUDE_PADDING
            case .averageExcludingPadding: MK_DNN_POOLING_AVERAGE_EXCLUDE_PADDING
            }
        }
    }

    /// The maximum or average of each window. Training with maxima needs a `workspace`, which the backward pass reads.
    func pooling(
        _ kind: Pooling, source: Descriptor, destination: Descriptor, window: [Int], _ geometry: Geometry,
        training: Bool
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: training ? "pooling training" : "pooling", descriptors: [source, destination],
            integers: Self.poolingNumbers(kind, window, geometry))
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            try self.poolingPlan(&plan, kind, source, destination, window, geometry, training: training, attributes)
        }
    }

    /// The gradient of `pooling` in training with respect to its source.
    func poolingBackward(
        _ kind: Pooling, sourceGradient: Descriptor, destinationGradient: Descriptor, window: [Int],
        _ geometry: Geometry
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "pooling backward", descriptors: [sourceGradient, destinationGradient],
            integers: Self.poolingNumbers(kind, window, geometry))
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            // The hint also fixes the workspace's layout, so it is the very forward pass whose gradient this is.
            let hint = try Owned("pooling hint", destroy: self.functions.pointee.primitive_desc_destroy) {
                (plan: inout OpaquePointer?) throws(Failure) in
                try self.poolingPlan(
                    &plan, kind, sourceGradient, destinationGradient, window, geometry, training: true, nil)
            }
            let native = geometry.native
            return self.functions.pointee.pooling_backward_primitive_desc_create(
                &plan, self.engine, kind.algorithm, sourceGradient.pointer, destinationGradient.pointer,
                native.strides, window.map(Int64.init), native.dilations, native.before, native.after, hint.pointer,
                attributes)
        }
    }

    private static func poolingNumbers(_ kind: Pooling, _ window: [Int], _ geometry: Geometry) -> [Int] {
        [Int(kind.algorithm)] + window + geometry.strides + geometry.dilations + geometry.paddingBefore
            + geometry.paddingAfter
    }

    private func poolingPlan(
        _ plan: inout OpaquePointer?, _ kind: Pooling, _ source: Descriptor, _ destination: Descriptor,
        _ window: [Int], _ geometry: Geometry, training: Bool, _ attributes: OpaquePointer?
    ) throws(Failure) -> Int32 {
        try geometry.check(rank: source.dimensions.count - 2, "pooling")
        guard window.count == source.dimensions.count - 2 else { throw .invalidArguments("pooling: window \(window)") }
        let native = geometry.native
        return functions.pointee.pooling_forward_primitive_desc_create(
            &plan, engine, training ? MK_DNN_FORWARD_TRAINING : MK_DNN_FORWARD_INFERENCE, kind.algorithm,
            source.pointer, destination.pointer, native.strides, window.map(Int64.init), native.dilations,
            native.before, native.after, attributes)
    }
}
