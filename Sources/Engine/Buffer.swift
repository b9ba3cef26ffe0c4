/// A block of memory that holds the elements of one tensor, aligned to 64 bytes.
///
/// `@unchecked Sendable`: a buffer is written by whoever made it before it is shared, or by the one session that owns
/// the state it stands for; readers hold it through an evaluated tensor that never changes.
public final class Buffer: @unchecked Sendable {
    public let bytes: Int
    let pointer: UnsafeMutableRawPointer
    private let owner: AnyObject?

    /// Fresh memory, set to zero.
    public init(bytes: Int) {
        self.bytes = bytes
        pointer = .allocate(byteCount: max(64, (bytes + 63) & ~63), alignment: 64)
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: max(64, (bytes + 63) & ~63))
        owner = nil
    }

    /// A part of somebody else's memory, which `owner` keeps alive.
    init(viewing pointer: UnsafeMutableRawPointer, bytes: Int, owner: AnyObject) {
        self.bytes = bytes
        self.pointer = pointer
        self.owner = owner
    }

    /// Somebody else's memory without a copy, aligned to 64 bytes; `owner` keeps it alive and as it is for as long as the buffer lives.
    public convenience init(borrowing memory: UnsafeRawBufferPointer, owner: AnyObject) {
        demand(UInt(bitPattern: memory.baseAddress) % 64 == 0, "buffer: borrowed memory is aligned to 64 bytes")
        demand(memory.baseAddress != nil, "buffer: there is no memory to borrow")
        self.init(viewing: UnsafeMutableRawPointer(mutating: memory.baseAddress!), bytes: memory.count, owner: owner)
    }

    deinit { if owner == nil { pointer.deallocate() } }

    /// The bytes, read-only.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(start: pointer, count: bytes))
    }
}
