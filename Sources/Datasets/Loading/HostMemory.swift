import Engine

/// Memory for one array, aligned as kernels want it and not cleared: a batch is written from end to end anyway.
///
/// `@unchecked Sendable`: it is written before it is shared, or by the array that alone holds it.
final class HostMemory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(bytes: Int) {
        let start = UnsafeMutableRawPointer.allocate(byteCount: max(64, (bytes + 63) & ~63), alignment: 64)
        self.bytes = UnsafeMutableRawBufferPointer(start: start, count: bytes)
    }

    /// The memory as a tensor's, which keeps it alive.
    var buffer: Buffer { Buffer(borrowing: UnsafeRawBufferPointer(bytes), owner: self) }

    deinit { bytes.baseAddress!.deallocate() }
}
