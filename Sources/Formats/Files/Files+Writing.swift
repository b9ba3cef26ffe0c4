#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Synchronization

extension Files {
    private static let counter = Atomic<Int>(0)

    /// Replaces a file, or makes it, so that a kill at any instant leaves the old or the new one: a file beside it is written and
    /// synced, takes the name, and the folder is synced.
    public static func replace(_ path: String, with bytes: [UInt8]) throws { try replace(path) { try $0.write(bytes) } }

    /// Replaces a file by what `body` writes.
    ///
    /// - Throws: what `body` throws, and what the system refuses; the old file is still there then.
    public static func replace<R>(_ path: String, _ body: (inout FileWriter) throws -> R) throws -> R {
        let folder = folder(of: path)
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        let partial = join(folder, ".\(name(of: path)).\(getpid())-\(number)\(partialSuffix)")
        do {
            let result: R
            do {
                var writer = try FileWriter(making: partial)
                result = try body(&writer)
                try writer.sync()
            }
            try move(partial, to: path)
            try sync(folder: folder)
            return result
        } catch {
            unlink(partial)
            throw error
        }
    }

    private static let partialSuffix = ".partial"

    /// Whether a name is that of a file which `replace` had not finished.
    public static func isPartial(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(partialSuffix) }

    /// Writes behind the end of a file, or makes it, and waits until the bytes are on the disk.
    public static func append(_ path: String, _ bytes: [UInt8]) throws {
        let isNew = !exists(path)
        do {
            var writer = try FileWriter(appendingTo: path)
            try writer.write(bytes)
            try writer.sync()
        }
        if isNew { try sync(folder: folder(of: path)) }
    }

    /// Cuts a file off behind its first bytes.
    public static func cut(_ path: String, to count: Int) throws {
        if retried({ truncate(path, off_t(count)) }) != 0 { throw error("cut", path) }
    }
}
