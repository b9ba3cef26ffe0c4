#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An open file that bytes are appended to.
public struct FileWriter: ~Copyable {
    public let path: String
    /// Bytes written through this writer.
    public private(set) var count = 0
    private let descriptor: Int32

    /// Makes a file that is not there yet.
    init(making path: String) throws {
        self.path = path
        descriptor = Files.retried { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
        if descriptor < 0 { throw Files.error("make", path) }
    }

    /// Opens a file, or makes it, to write behind its end.
    public init(appendingTo path: String) throws {
        self.path = path
        descriptor = Files.retried { open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
        if descriptor < 0 { throw Files.error("open", path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    public mutating func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

    /// Writes all bytes, in as many pieces as the system wants.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let descriptor = descriptor
            let wrote = Files.retried { Self.writeOnce(descriptor, rest) }
            if wrote <= 0 { throw Files.error("write", path) }
            done += wrote
        }
        count += bytes.count
    }

    /// Waits until everything written is on the disk.
    public func sync() throws {
        let descriptor = descriptor
        #if canImport(Darwin)
        // fsync leaves the bytes in the disk's own memory there.
        if Files.retried({ fcntl(descriptor, F_FULLFSYNC) }) != -1 { return }
        #endif
        if Files.retried({ fsync(descriptor) }) != 0 { throw Files.error("sync", path) }
    }

    private static func writeOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
