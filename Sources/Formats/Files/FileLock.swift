#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Keeps other processes, and other owners in this one, from the same work as long as it lives. The system frees it when the
/// process ends, however it ends.
public struct FileLock: ~Copyable {
    public let path: String
    private let descriptor: Int32

    /// Takes the lock of a file, which is made if need be.
    ///
    /// - Parameter waits: whether to wait until it is free; else a lock that is held is an error which names its holder.
    public init(_ path: String, waits: Bool = false) throws {
        try self.init(path, open: O_RDWR | O_CREAT, waits: waits)
        // For the message to those who come second.
        let holder = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = holder.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) } }
    }

    /// Takes the lock of a folder, which leaves no file behind.
    public init(folder: String, waits: Bool = false) throws {
        try self.init(folder, open: O_RDONLY | O_DIRECTORY, waits: waits)
    }

    private init(_ path: String, open flags: Int32, waits: Bool) throws {
        let descriptor = Files.retried { open(path, flags | O_CLOEXEC, 0o666) }
        guard descriptor >= 0 else { throw Files.error("lock", path) }
        guard Files.retried({ flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) }) == 0 else {
            let code = errno
            defer { close(descriptor) }
            guard code == EWOULDBLOCK else { throw Files.error("lock", path, code) }
            var text = [UInt8](repeating: 0, count: 16)
            let got = text.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
            let digits = text.prefix(max(0, got)).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            let holder = digits.isEmpty ? "" : ", process \(String(decoding: digits, as: UTF8.self))"
            throw FormatError("lock", "is held by somebody else\(holder)", at: path)
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
