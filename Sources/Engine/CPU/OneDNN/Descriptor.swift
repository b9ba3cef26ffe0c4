import COneDNN

extension OneDNN {
    /// Sizes, element type and arrangement of one operand: what the library calls a memory descriptor.
    ///
    /// Dimensions stand in the library's logical order whatever the arrangement in memory: an image batch is
    /// `[batch, channels, height, width]` even where the channels lie innermost.
    //
    // @unchecked: the native descriptor is never changed after its creation, and reading one is safe from any thread.
    final class Descriptor: @unchecked Sendable {
        let dimensions: [Int]
        let type: DType
        let pointer: OpaquePointer
        private let functions: UnsafePointer<mk_dnn_api>

        private init(
            _ library: OneDNN, _ dimensions: [Int], _ type: DType,
            create: (inout OpaquePointer?) -> Int32
        ) throws(Failure) {
            var pointer: OpaquePointer?
            try OneDNN.check(create(&pointer), "descriptor \(type) \(dimensions)")
            self.dimensions = dimensions
            self.type = type
            self.pointer = pointer!
            functions = library.functions
        }

        /// Elements at fixed distances. Without `strides` the last dimension lies innermost.
        convenience init(_ library: OneDNN, _ dimensions: [Int], strides: [Int]? = nil, _ type: DType) throws(Failure) {
            let code = try type.code()
            let steps = (strides ?? Self.rowMajor(dimensions)).map(Int64.init)
            guard steps.count == dimensions.count, dimensions.count <= Self.mostDimensions else {
                throw .invalidArguments("descriptor \(type) \(dimensions) with strides \(steps)")
            }
            let sizes = dimensions.map(Int64.init)
            try self.init(library, dimensions, type) { pointer in
                library.functions.pointee.memory_desc_create_with_strides(
                    &pointer, Int32(sizes.count), sizes, code, steps)
            }
        }

        /// An arrangement that the primitive chooses: ask the primitive for it afterwards.
        convenience init(any library: OneDNN, _ dimensions: [Int], _ type: DType) throws(Failure) {
            let code = try type.code()
            let sizes = dimensions.map(Int64.init)
            guard sizes.count <= Self.mostDimensions else {
                throw .invalidArguments("descriptor \(type) \(dimensions)")
            }
            try self.init(library, dimensions, type) { pointer in
                library.functions.pointee.memory_desc_create_with_tag(
                    &pointer, Int32(sizes.count), sizes, code, MK_DNN_FORMAT_TAG_ANY)
            }
        }

        /// A copy of a native descriptor that something else owns.
        convenience init(copying existing: OpaquePointer, _ library: OneDNN) throws(Failure) {
            let query = library.functions.pointee.memory_desc_query!
            var code: Int32 = 0
            try OneDNN.check(query(existing, MK_DNN_QUERY_DATA_TYPE, &code), "descriptor query")
            guard let type = DType(code: code) else { throw .invalidArguments("descriptor of unknown type \(code)") }
            let dimensions = Self.list(existing, MK_DNN_QUERY_DIMENSION_COUNT, MK_DNN_QUERY_DIMENSIONS, query)
            try self.init(library, dimensions, type) { pointer in
                library.functions.pointee.memory_desc_clone(&pointer, existing)
            }
        }

        deinit { _ = functions.pointee.memory_desc_destroy(pointer) }

        /// Bytes of the buffer, padding of blocked layouts included; 0 for `any`.
        var byteCount: Int { functions.pointee.memory_desc_get_size(pointer) }

        /// Whether the layout is the library's secret (packed recurrent weights). Such a buffer holds more than elements:
        /// only a reorder may write it, and anything else in it makes an execution crash.
        var isOpaque: Bool {
            var kind: Int32 = 0
            _ = functions.pointee.memory_desc_query(pointer, MK_DNN_QUERY_FORMAT_KIND, &kind)
            return kind == MK_DNN_FORMAT_KIND_OPAQUE
        }

        /// Whether two buffers so described can be exchanged without a reorder.
        func isEqual(_ other: Descriptor) -> Bool {
            self === other || functions.pointee.memory_desc_equal(pointer, other.pointer) != 0
        }

        private static let mostDimensions = 12

        private typealias Query = @convention(c) (OpaquePointer?, Int32, UnsafeMutableRawPointer?) -> Int32

        private static func list(_ pointer: OpaquePointer, _ count: Int32, _ values: Int32, _ query: Query) -> [Int] {
            var length: Int32 = 0
            var numbers: UnsafePointer<Int64>?
            guard query(pointer, count, &length) == MK_DNN_SUCCESS, query(pointer, values, &numbers) == MK_DNN_SUCCESS,
                let numbers
            else { return [] }
            return (0..<Int(length)).map { Int(numbers[$0]) }
        }
    }
}

extension OneDNN.Descriptor: Hashable {
    static func == (left: OneDNN.Descriptor, right: OneDNN.Descriptor) -> Bool { left.isEqual(right) }

    func hash(into hasher: inout Hasher) {
        hasher.combine(dimensions)
        hasher.combine(type)
    }
}

extension OneDNN.Descriptor: CustomStringConvertible {
    /// The arrangement in the library's own letters: dimensions from outermost to innermost, capitals where a
    /// dimension is also cut into blocks, then the blocks (`abcd`, `acdb`, `Acdb16a`).
    var format: String {
        let query = functions.pointee.memory_desc_query!
        var kind: Int32 = 0
        guard query(pointer, MK_DNN_QUERY_FORMAT_KIND, &kind) == MK_DNN_SUCCESS, kind == MK_DNN_FORMAT_KIND_BLOCKED
        else { return kind == 1 ? "any" : "opaque" }
        let strides = Self.list(pointer, MK_DNN_QUERY_DIMENSION_COUNT, MK_DNN_QUERY_STRIDES, query)
        let padded = Self.list(pointer, MK_DNN_QUERY_DIMENSION_COUNT, MK_DNN_QUERY_PADDED_DIMENSIONS, query)
        let blocks = Self.list(pointer, MK_DNN_QUERY_INNER_BLOCK_COUNT, MK_DNN_QUERY_INNER_BLOCKS, query)
        let indices = Self.list(pointer, MK_DNN_QUERY_INNER_BLOCK_COUNT, MK_DNN_QUERY_INNER_INDICES, query)
        func letter(_ index: Int, from first: Unicode.Scalar) -> String {
            String(Unicode.Scalar(UInt8(first.value) + UInt8(index)))
        }
        let order = strides.indices.sorted { (strides[$0], padded[$0], $1) > (strides[$1], padded[$1], $0) }
        let outer = order.map { letter($0, from: indices.contains($0) ? "A" : "a") }.joined()
        return outer + zip(blocks, indices).map { "\($0)\(letter($1, from: "a"))" }.joined()
    }

    var description: String { "\(type) \(dimensions) \(format)" }
}

extension OneDNN {
    /// Plain elements, the last dimension innermost unless strides say otherwise.
    func plain(_ dimensions: [Int], strides: [Int]? = nil, _ type: DType) throws(Failure) -> Descriptor {
        try Descriptor(self, dimensions, strides: strides, type)
    }

    /// An arrangement left to the primitive.
    func any(_ dimensions: [Int], _ type: DType) throws(Failure) -> Descriptor {
        try Descriptor(any: self, dimensions, type)
    }

    /// Activations `[batch, spatial…, channels]` with the channels innermost, given in that order.
    func channelsLast(_ shape: [Int], _ type: DType) throws(Failure) -> Descriptor {
        guard shape.count >= 2 else { throw .invalidArguments("channels-last descriptor \(shape)") }
        return try Descriptor(
            self, Self.logical(shape), strides: Self.logical(Descriptor.rowMajor(shape)), type)
    }

    /// Activations `[batch, spatial…, channels]` whose arrangement is left to the primitive.
    func anyActivations(_ shape: [Int], _ type: DType) throws(Failure) -> Descriptor {
        guard shape.count >= 2 else { throw .invalidArguments("activations descriptor \(shape)") }
        return try Descriptor(any: self, Self.logical(shape), type)
    }

    /// A convolution's kernel `[out, in / groups, spatial…]`, plain.
    func kernel(_ shape: [Int], groups: Int = 1, _ type: DType) throws(Failure) -> Descriptor {
        try plain(Self.grouped(shape, groups), type)
    }

    /// A convolution's kernel `[out, in / groups, spatial…]` in the arrangement that the primitive prefers.
    func anyKernel(_ shape: [Int], groups: Int = 1, _ type: DType) throws(Failure) -> Descriptor {
        try any(Self.grouped(shape, groups), type)
    }

    /// `[batch, spatial…, channels]` to `[batch, channels, spatial…]`.
    private static func logical(_ shape: [Int]) -> [Int] { [shape[0], shape.last!] + shape.dropFirst().dropLast() }

    /// The library wants the groups as a dimension of their own; the elements stay where they are.
    private static func grouped(_ shape: [Int], _ groups: Int) -> [Int] {
        groups == 1 ? shape : [groups, shape[0] / groups] + shape.dropFirst()
    }
}

extension OneDNN.Descriptor {
    static func rowMajor(_ dimensions: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: dimensions.count)
        for axis in dimensions.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] * max(1, dimensions[axis + 1])
        }
        return strides
    }
}

extension DType {
    /// The library's number for the type. Types that it does not compute with are refused.
    fileprivate func code() throws(OneDNN.Failure) -> Int32 {
        switch self {
        case .f32: MK_DNN_F32
        case .bf16: MK_DNN_BF16
        case .f16: MK_DNN_F16
        case .f64: MK_DNN_F64
        case .i32: MK_DNN_S32
        case .i8: MK_DNN_S8
        case .u8: MK_DNN_U8
        case .i16, .i64, .u16, .u32, .u64, .bool: throw .invalidArguments("element type \(self)")
        }
    }

    fileprivate init?(code: Int32) {
        switch code {
        case MK_DNN_F32: self = .f32
        case MK_DNN_BF16: self = .bf16
        case MK_DNN_F16: self = .f16
        case MK_DNN_F64: self = .f64
        case MK_DNN_S32: self = .i32
        case MK_DNN_S8: self = .i8
        case MK_DNN_U8: self = .u8
        default: return nil
        }
    }
}
