#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The bytes of a file as memory, read by the system when they are touched: for files too big to copy.
///
/// The file must not become shorter meanwhile, since touching what is no longer there ends the process. Files that are only ever
/// replaced (`Files.replace`) are safe: the old bytes stay as long as somebody holds them.
///
/// `@unchecked Sendable`: the memory is never written.
public final class MappedFile: @unchecked Sendable {
    public let path: String
    public let count: Int
    private let start: UnsafeMutableRawPointer?

    public init(_ path: String) throws {
        let descriptor = Files.retried { open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw Files.error("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Files.error("open", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FormatError("open", "is not a file", at: path) }
        self.path = path
        count = Int(status.st_size)
        if count == 0 {
            start = nil
        } else {
            guard let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
                throw Files.error("map", path)
            }
            start = memory
        }
    }

    deinit { if let start { munmap(start, count) } }

    /// The bytes.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// A part of the bytes.
    public func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}
