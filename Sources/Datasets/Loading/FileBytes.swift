#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whole files in memory, up to a limit.
enum FileBytes {
    /// What a file may hold, packed or unpacked, unless the reader knows better: 4 GiB.
    static let limit = 4 << 30

    /// The bytes of a file; of one that gzip has packed, what it holds; of `archive.zip/member`, those of the member.
    static func read(_ path: String, limit: Int = limit, for operation: String) throws -> [UInt8] {
        if let split = path.firstRange(of: ".zip/") {
            let zip = try ZipArchive(String(path[..<path.index(before: split.upperBound)]), for: operation)
            return try zip.contents(named: String(path[split.upperBound...]))
        }
        let bytes = try raw(path, limit: limit, for: operation)
        guard bytes.count > 2, bytes[0] == 0x1f, bytes[1] == 0x8b else { return bytes }
        return try Inflate.inflate(bytes[...], .gzip, limit: limit, for: operation, at: path)
    }

    /// The path itself, or the same with `.gz` behind it, whichever is there.
    static func find(_ path: String) -> String? {
        [path, path + ".gz"].first { access($0, R_OK) == 0 }
    }

    static func raw(_ path: String, limit: Int, for operation: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw DatasetError(operation, "cannot be opened: \(reason())", at: path) }
        defer { close(file) }
        var about = stat()
        guard fstat(file, &about) == 0 else { throw DatasetError(operation, "cannot be examined: \(reason())", at: path) }
        guard about.st_mode & S_IFMT == S_IFREG else { throw DatasetError(operation, "is not a file", at: path) }
        let size = Int(about.st_size)
        guard size <= limit else { throw DatasetError(operation, "has \(size) bytes, more than the limit of \(limit)", at: path) }
        return try [UInt8](unsafeUninitializedCapacity: size) { target, filled in
            while filled < size {
                let count = Platform.read(file, target.baseAddress! + filled, size - filled)
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else { throw DatasetError(operation, "cannot be read: \(reason())", at: path) }
                if count == 0 { break }
                filled += count
            }
        }
    }

    /// The names in a folder, sorted by their bytes, without hidden ones.
    static func names(in folder: String, for operation: String) throws -> [String] {
        guard let entries = opendir(folder) else { throw DatasetError(operation, "cannot be opened: \(reason())", at: folder) }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    static func isFolder(_ path: String) -> Bool {
        var about = stat()
        return stat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFDIR
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    private enum Platform {
        static func read(_ file: Int32, _ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
            #if canImport(Glibc)
            Glibc.read(file, target, count)
            #elseif canImport(Musl)
            Musl.read(file, target, count)
            #else
            Darwin.read(file, target, count)
            #endif
        }
    }
}
