import COneDNN

/// The loaded oneDNN library: its functions, one engine for this processor, and the primitives made so far.
///
/// The factories (`convolution`, `matmul`, …) in the files beside this one each return a `Primitive`: compiled code
/// for one operation on fixed shapes and layouts. An `Execution` binds a primitive to memory and runs it.
///
/// Everything runs on the calling thread alone. Threads belong to the engine's own pool.
//
// @unchecked: two constant pointers. The table never changes after loading, the library allows the use of one engine
// from several threads, and the cache has its own lock.
final class OneDNN: @unchecked Sendable {
    /// The library, or nil where it is not installed, not wanted or too old: see `reason`.
    static let shared: OneDNN? = {
        guard let functions = mk_dnn_load(nil) else { return nil }
        return try? OneDNN(functions)
    }()

    /// Why `shared` is nil, or the path of the library in use.
    static var reason: String {
        guard mk_dnn_load(nil) == nil || shared != nil else { return "oneDNN cannot make an engine for this processor" }
        return String(cString: mk_dnn_reason())
    }

    let functions: UnsafePointer<mk_dnn_api>
    let engine: OpaquePointer

    /// The library's version, such as `3.2.0`. Part of a plan's identity: another version may round differently.
    let version: String

    /// The library's number for the instruction set that it generates code for. Part of a plan's identity as well.
    let instructionSet: Int

    let cache = Guarded(PrimitiveCache(capacity: 1024))

    private init(_ functions: UnsafePointer<mk_dnn_api>) throws(Failure) {
        self.functions = functions
        var engine: OpaquePointer?
        try OneDNN.check(functions.pointee.engine_create(&engine, MK_DNN_ENGINE_CPU, 0), "engine")
        self.engine = engine!
        let version = functions.pointee.version()!.pointee
        instructionSet = Int(functions.pointee.get_effective_cpu_isa())
        self.version = "\(version.major).\(version.minor).\(version.patch)"
    }

    /// Keeps the library's calls on the thread that calls this. Every entry point of this layer that may compute or
    /// plan for threads calls it itself, because a primitive planned for one thread and run on two would overrun its
    /// scratchpad.
    @inline(__always) static func stayOnThisThread() { mk_dnn_single_thread() }

    @inline(__always)
    static func check(_ status: Int32, _ operation: @autoclosure () -> String) throws(Failure) {
        guard status == MK_DNN_SUCCESS else { throw Failure(operation: operation(), status: status) }
    }
}

extension OneDNN {
    /// A call that the library refused.
    struct Failure: Error, Hashable, CustomStringConvertible {
        let operation: String
        let status: Int32

        /// The library has no code for this combination of types, layouts and attributes. A caller then takes the
        /// portable path.
        var isUnimplemented: Bool { status == 3 }

        private static let names = [
            "success", "out of memory", "invalid arguments", "unimplemented", "last implementation reached",
            "runtime error", "not required", "invalid graph", "invalid graph operation", "invalid shape",
            "invalid data type",
        ]

        var description: String {
            let name = Self.names.indices.contains(Int(status)) ? Self.names[Int(status)] : "unknown status"
            return "oneDNN \(operation): \(name) (status \(status))"
        }

        static func invalidArguments(_ operation: String) -> Failure { Failure(operation: operation, status: 2) }
    }

    /// A native object that lives as long as this value.
    struct Owned: ~Copyable {
        let pointer: OpaquePointer
        private let destroy: @convention(c) (OpaquePointer?) -> Int32

        init(
            _ operation: @autoclosure () -> String, destroy: @escaping @convention(c) (OpaquePointer?) -> Int32,
            create: (inout OpaquePointer?) throws(Failure) -> Int32
        ) throws(Failure) {
            var pointer: OpaquePointer?
            try OneDNN.check(try create(&pointer), operation())
            self.pointer = pointer!
            self.destroy = destroy
        }

        deinit { _ = destroy(pointer) }
    }
}
