public import Engine

/// Numbers of one type in memory, whose first axis counts the samples: what batches are cut from and what augmentation rewrites.
///
/// A value: a copy that is changed does not change the original. `tensor` shares the memory, it does not copy it.
public struct HostArray: Sendable {
    public let type: TensorType
    private var buffer: Buffer

    /// All zero.
    public init(_ type: TensorType) {
        self.type = type
        buffer = Buffer(bytes: type.bytes)
    }

    /// The values in row-major order; as many as the shape has elements.
    public init<Element: TensorElement>(_ values: [Element], _ shape: Shape) {
        if shape.count != values.count { trap("\(DatasetError("array", "\(values.count) values do not fill the shape \(shape)"))") }
        self.init(TensorType(shape, Element.dtype))
        values.withUnsafeBytes { source in
            withMutableBytes { if source.count > 0 { $0.copyMemory(from: source) } }
        }
    }

    /// A copy of the tensor's values.
    public init(_ tensor: Tensor) {
        switch tensor.dtype {
        case .f32: self.init(tensor.values(Float.self), tensor.shape)
        case .f64: self.init(tensor.values(Double.self), tensor.shape)
        case .i8: self.init(tensor.values(Int8.self), tensor.shape)
        case .i16: self.init(tensor.values(Int16.self), tensor.shape)
        case .i32: self.init(tensor.values(Int32.self), tensor.shape)
        case .i64: self.init(tensor.values(Int64.self), tensor.shape)
        case .u8: self.init(tensor.values(UInt8.self), tensor.shape)
        case .u16: self.init(tensor.values(UInt16.self), tensor.shape)
        case .u32: self.init(tensor.values(UInt32.self), tensor.shape)
        case .u64: self.init(tensor.values(UInt64.self), tensor.shape)
        case .bool: self.init(tensor.values(Bool.self), tensor.shape)
        case .bf16, .f16: self.init(tensor.cast(to: .f32).values(Float.self), tensor.shape)
        }
    }

    public var shape: Shape { type.shape }
    public var dtype: DType { type.dtype }
    /// Samples: the extent of the first axis, 1 without axes.
    public var count: Int { shape.rank == 0 ? 1 : shape[0] }
    /// The shape of one sample.
    public var sampleShape: Shape { shape.rank == 0 ? shape : Shape(Array(shape.extents.dropFirst())) }
    /// Bytes of one sample.
    public var sampleBytes: Int { sampleShape.count * dtype.size }

    /// The same memory as a tensor.
    public var tensor: Tensor { Tensor(type, buffer) }

    /// The same elements under another shape of as many elements.
    public func reshaped(_ shape: Shape) -> HostArray {
        if shape.count != self.shape.count { trap("\(DatasetError("array", "\(type) cannot take the shape \(shape)"))") }
        return HostArray(TensorType(shape, dtype), buffer)
    }

    private init(_ type: TensorType, _ buffer: Buffer) {
        self.type = type
        self.buffer = buffer
    }

    // MARK: Elements

    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try buffer.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<type.bytes])) }
    }

    /// The memory to write to; copied first where a tensor or another value shares it.
    public mutating func withMutableBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
        if !isKnownUniquelyReferenced(&buffer) {
            let copy = Buffer(bytes: type.bytes)
            let old = buffer
            copy.withBytes { target in
                old.withBytes { source in
                    UnsafeMutableRawBufferPointer(mutating: target).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: source[..<type.bytes]))
                }
            }
            buffer = copy
        }
        // Nobody else holds the buffer, so writing through its read-only door is seen by nobody.
        return try buffer.withBytes {
            try body(UnsafeMutableRawBufferPointer(mutating: UnsafeRawBufferPointer(rebasing: $0[..<type.bytes])))
        }
    }

    /// The elements, which have to be of this type.
    public func withElements<Element: TensorElement, R>(
        of _: Element.Type, _ body: (UnsafeBufferPointer<Element>) throws -> R
    ) rethrows -> R {
        demand(Element.dtype)
        return try withBytes { try body($0.assumingMemoryBound(to: Element.self)) }
    }

    /// The elements to write to, which have to be of this type.
    public mutating func withMutableElements<Element: TensorElement, R>(
        of _: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws -> R
    ) rethrows -> R {
        demand(Element.dtype)
        return try withMutableBytes { try body($0.assumingMemoryBound(to: Element.self)) }
    }

    /// The elements as an array, which have to be of this type.
    public func values<Element: TensorElement>(_: Element.Type = Element.self) -> [Element] {
        withElements(of: Element.self) { Array($0) }
    }

    private func demand(_ wanted: DType) {
        if wanted != dtype { trap("\(DatasetError("array", "holds \(type), not \(wanted)"))") }
    }

    // MARK: Samples

    /// The samples at these places, in this order.
    public func gathered(_ places: [Int]) -> HostArray {
        let bytes = sampleBytes
        var result = HostArray(TensorType(Shape([places.count] + sampleShape.extents), dtype))
        withBytes { source in
            result.withMutableBytes { target in
                guard let from = source.baseAddress, let to = target.baseAddress, bytes > 0 else { return }
                for (row, place) in places.enumerated() {
                    if place < 0 || place >= count { trap("\(DatasetError("array", "has no sample \(place), only \(count)"))") }
                    (to + row * bytes).copyMemory(from: from + place * bytes, byteCount: bytes)
                }
            }
        }
        return result
    }
}

/// Ends the program with a reason; `preconditionFailure` is silent in release builds.
func trap(_ text: String) -> Never { fatalError(text) }
