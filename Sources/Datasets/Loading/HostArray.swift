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

    /// An array that `fill` writes from end to end: its memory is not cleared before.
    public init(_ type: TensorType, filledBy fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        let memory = HostMemory(bytes: type.bytes)
        try fill(memory.bytes)
        self.init(type, memory.buffer)
    }

    /// The values in row-major order; as many as the shape has elements.
    public init<Element: TensorElement>(_ values: [Element], _ shape: Shape) {
        if shape.count != values.count { trap(DatasetError("array", "\(values.count) values do not fill the shape \(shape)")) }
        self.init(TensorType(shape, Element.dtype)) { target in values.withUnsafeBytes { target.copyMemory(from: $0) } }
    }

    /// A copy of the tensor's values; those of bf16 and f16 in f32.
    public init(_ tensor: Tensor) {
        let tensor = tensor.dtype == .bf16 || tensor.dtype == .f16 ? tensor.cast(to: .f32) : tensor
        self.init(tensor.type) { target in tensor.withBytes { target.copyMemory(from: $0) } }
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
        if shape.count != self.shape.count { trap(DatasetError("array", "\(type) cannot take the shape \(shape)")) }
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
            self = HostArray(type) { target in withBytes { target.copyMemory(from: $0) } }
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
        if wanted != dtype { trap(DatasetError("array", "holds \(type), not \(wanted)")) }
    }

    // MARK: Samples

    /// The samples at these places, in this order.
    public func gathered(_ places: [Int]) -> HostArray {
        let bytes = sampleBytes, count = count
        return HostArray(TensorType(Shape([places.count] + sampleShape.extents), dtype)) { target in
            withBytes { source in
                guard let from = source.baseAddress, let to = target.baseAddress, bytes > 0 else { return }
                for (row, place) in places.enumerated() {
                    if place < 0 || place >= count { trap(DatasetError("array", "has no sample \(place), only \(count)")) }
                    (to + row * bytes).copyMemory(from: from + place * bytes, byteCount: bytes)
                }
            }
        }
    }
}
