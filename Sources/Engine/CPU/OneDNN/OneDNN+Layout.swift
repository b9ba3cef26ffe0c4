import COneDNN

extension OneDNN {
    /// Copies between any two layouts and element types of the same dimensions. With `.sum()` it adds to what is there.
    func reorder(
        source: Descriptor, destination: Descriptor, after: [PostOperation] = [], scales: [Scale] = []
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "reorder", descriptors: [source, destination],
            attributes: Attributes(after: after, scales: scales))
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            self.functions.pointee.reorder_primitive_desc_create(
                &plan, source.pointer, self.engine, destination.pointer, self.engine, attributes)
        }
    }

    /// Resizes the spatial dimensions: nearest element, or linear in each dimension, half-pixel centres.
    func resampling(source: Descriptor, destination: Descriptor, linear: Bool) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "resampling", descriptors: [source, destination], integers: [linear ? 1 : 0])
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            // Without factors the library takes the ratio of the sizes.
            self.functions.pointee.resampling_forward_primitive_desc_create(
                &plan, self.engine, MK_DNN_FORWARD_INFERENCE,
                linear ? MK_DNN_RESAMPLING_LINEAR : MK_DNN_RESAMPLING_NEAREST, nil, source.pointer,
                destination.pointer, attributes)
        }
    }
}
