import COneDNN

extension OneDNN {
    /// Compiled code for one operation on fixed shapes, types and layouts.
    //
    // @unchecked: a native primitive is immutable, and the library allows concurrent executions of one primitive as
    // long as each has its own scratchpad, which every Execution has.
    final class Primitive: @unchecked Sendable {
        let library: OneDNN
        let handle: OpaquePointer
        let operation: String

        /// The library's name for the code it chose, such as `brgconv:avx512_core_bf16`.
        let implementation: String

        /// Bytes that each execution needs for itself while it runs, 64-byte aligned.
        let scratchpadBytes: Int

        private let chosen: OpaquePointer
        private let scales: [Argument: Descriptor]

        init(_ library: OneDNN, _ operation: String, _ plan: borrowing Owned, _ attributes: Attributes) throws(Failure) {
            let table = library.functions.pointee
            var scales: [Argument: Descriptor] = [:]
            for scale in attributes.scales {
                scales[.scale(of: scale.argument)] = try library.plain([scale.count], .f32)
            }
            var handle: OpaquePointer?
            try OneDNN.check(table.primitive_create(&handle, plan.pointer), operation)
            // Owned by the primitive: valid as long as it lives.
            var chosen: OpaquePointer?
            let status = table.primitive_get_primitive_desc(handle, &chosen)
            guard status == MK_DNN_SUCCESS, let handle, let chosen else {
                _ = table.primitive_destroy(handle)
                throw Failure(operation: operation, status: status)
            }
            var name: UnsafePointer<CChar>?
            _ = table.primitive_desc_query(chosen, MK_DNN_QUERY_IMPLEMENTATION, 0, &name)
            self.library = library
            self.handle = handle
            self.operation = operation
            self.chosen = chosen
            self.scales = scales
            implementation = name.map { String(cString: $0) } ?? ""
            scratchpadBytes =
                table.primitive_desc_query_md(chosen, MK_DNN_QUERY_SCRATCHPAD, 0)
                .map { table.memory_desc_get_size($0) } ?? 0
        }

        deinit { _ = library.functions.pointee.primitive_destroy(handle) }

        /// Whether the library fell back to its plain loops, which can be a hundred times slower than a good kernel.
        ///
        /// The bare name `ref` is excluded: recurrent layers carry it where their cells run on fast matrix products.
        var isReference: Bool { implementation.hasPrefix("ref") && implementation != "ref" }

        /// The layout of an operand, chosen by the primitive where it was left open; nil for one it does not have.
        func descriptor(_ argument: Argument) -> Descriptor? {
            if let scale = scales[argument] { return scale }
            let table = library.functions.pointee
            guard let found = table.primitive_desc_query_md(chosen, MK_DNN_QUERY_EXEC_ARGUMENT, argument.rawValue)
            else { return nil }
            var count: Int32 = 0
            guard table.memory_desc_query(found, MK_DNN_QUERY_DIMENSION_COUNT, &count) == MK_DNN_SUCCESS, count > 0
            else { return nil }
            return try? Descriptor(copying: found, library)
        }
    }
}

extension OneDNN.Primitive: CustomStringConvertible {
    var description: String { "\(operation) [\(implementation)]" }
}
