import COneDNN

extension OneDNN {
    /// destination = after(source · weights + bias), matrix by matrix over the leading dimensions.
    ///
    /// Operands are `plain` with any strides, so transposes and cut-outs cost no copy; leading dimensions of 1 are
    /// repeated. Weights may be `any`, to be packed once. The bias has the destination's number of dimensions, with
    /// 1 where it is repeated. f32; bf16 with a bf16 or f32 destination; u8 or i8 by i8 with an i32, f32 or 8-bit one.
    func matmul(
        source: Descriptor, weights: Descriptor, bias: Descriptor? = nil, destination: Descriptor,
        after: [PostOperation] = [], scales: [Scale] = []
    ) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "matmul", descriptors: [source, weights, bias, destination],
            attributes: Attributes(after: after, scales: scales))
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            self.functions.pointee.matmul_primitive_desc_create(
                &plan, self.engine, source.pointer, weights.pointer, bias?.pointer, destination.pointer, attributes)
        }
    }
}
