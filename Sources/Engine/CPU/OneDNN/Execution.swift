import COneDNN

extension OneDNN {
    /// A primitive bound to memory, ready to run any number of times on one thread at a time.
    ///
    /// Executions of the same primitive may run on several threads at once when each has its own scratchpad and
    /// destinations.
    final class Execution {
        let primitive: Primitive
        private let run: @convention(c) (OpaquePointer?, OpaquePointer?, Int32, UnsafePointer<mk_dnn_exec_arg>?) -> Int32
        private let handle: OpaquePointer
        private let stream: OpaquePointer
        private let arguments: UnsafeMutablePointer<mk_dnn_exec_arg>
        private let count: Int32

        /// - Parameter operands: where each operand lies. The memory must outlive the execution, and have at least
        ///   `primitive.descriptor(argument)!.byteCount` bytes.
        /// - Parameter scratchpad: `primitive.scratchpadBytes` bytes, 64-byte aligned; needed where that is not 0.
        init(
            _ primitive: Primitive, _ operands: [(Argument, UnsafeMutableRawPointer)],
            scratchpad: UnsafeMutableRawPointer? = nil
        ) throws(Failure) {
            let library = primitive.library
            let table = library.functions.pointee
            var all = operands
            if primitive.scratchpadBytes > 0 {
                guard let scratchpad else { throw .invalidArguments("\(primitive): no scratchpad given") }
                all.append((.scratchpad, scratchpad))
            }
            var stream: OpaquePointer?
            try OneDNN.check(table.stream_create(&stream, library.engine, MK_DNN_STREAM_IN_ORDER), "stream")
            arguments = .allocate(capacity: all.count)
            var made = 0
            do throws(Failure) {
                for (argument, pointer) in all {
                    guard let descriptor = primitive.descriptor(argument) else {
                        throw .invalidArguments("\(primitive): it has no \(argument)")
                    }
                    var memory: OpaquePointer?
                    try OneDNN.check(
                        table.memory_create(&memory, descriptor.pointer, library.engine, pointer), "memory \(argument)")
                    (arguments + made).initialize(to: mk_dnn_exec_arg(argument: argument.rawValue, memory: memory))
                    made += 1
                }
            } catch {
                for index in 0..<made { _ = table.memory_destroy(arguments[index].memory) }
                arguments.deallocate()
                _ = table.stream_destroy(stream)
                throw error
            }
            self.primitive = primitive
            self.stream = stream!
            run = table.primitive_execute
            handle = primitive.handle
            count = Int32(made)
        }

        deinit {
            let table = primitive.library.functions.pointee
            for index in 0..<Int(count) { _ = table.memory_destroy(arguments[index].memory) }
            arguments.deallocate()
            _ = table.stream_destroy(stream)
        }

        /// Computes. Allocates nothing here; the processor engine works in the call itself, so there is nothing to
        /// wait for.
        @inline(__always)
        func execute() throws(Failure) {
            OneDNN.stayOnThisThread()
            try OneDNN.check(run(handle, stream, count, arguments), primitive.description)
        }

        /// Moves an operand to another place. It must be one that was bound at the beginning.
        func bind(_ argument: Argument, to pointer: UnsafeMutableRawPointer) throws(Failure) {
            for index in 0..<Int(count) where arguments[index].argument == argument.rawValue {
                let table = primitive.library.functions
                return try OneDNN.check(
                    table.pointee.memory_set_data_handle(arguments[index].memory, pointer), "bind \(argument)")
            }
            throw .invalidArguments("\(primitive): \(argument) was not bound")
        }
    }
}
