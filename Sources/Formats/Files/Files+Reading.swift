#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Files {
    /// All bytes of a file.
    ///
    /// - Parameter limit: a file with more bytes is refused before memory is taken for it.
    public static func read(_ path: String, limit: Int = 1 << 30) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let known = try size(path)
        guard known <= limit else { throw FormatError("read", "has \(known) bytes, at most \(limit) are read", at: path) }
        bytes.reserveCapacity(known)
        try read(path, inPiecesOf: max(1, min(known + 1, 1 << 20))) { piece in
            // A file may grow, and what is no file on a disk does not tell its size.
            guard bytes.count + piece.count <= limit else { throw FormatError("read", "has more than \(limit) bytes", at: path) }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }

    /// A file as text.
    ///
    /// - Throws: if it is not UTF-8.
    public static func readText(_ path: String, limit: Int = 1 << 28) throws -> String {
        let bytes = try read(path, limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FormatError("read", "is not UTF-8", at: path) }
        return text
    }

    /// Gives the bytes of a file to `body` one piece after the other.
    public static func read(_ path: String, inPiecesOf count: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let descriptor = retried { open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw error("open", path) }
        defer { close(descriptor) }
        try withUnsafeTemporaryAllocation(byteCount: count, alignment: 64) { memory in
            while true {
                let got = retried { Self.readOnce(descriptor, memory) }
                if got < 0 { throw error("read", path) }
                if got == 0 { return }
                try body(UnsafeRawBufferPointer(rebasing: memory.prefix(got)))
            }
        }
    }

    private static func readOnce(_ descriptor: Int32, _ memory: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, memory.baseAddress, memory.count)
        #elseif canImport(Musl)
        Musl.read(descriptor, memory.baseAddress, memory.count)
        #else
        Darwin.read(descriptor, memory.baseAddress, memory.count)
        #endif
    }
}
