#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files and folders by their paths. Every error names the path and what the system said.
public enum Files {
    static func error(_ operation: String, _ path: String, _ code: Int32 = errno) -> FormatError {
        FormatError(operation, reason(code), at: path)
    }

    /// The system's text for an error number.
    static func reason(_ code: Int32) -> String {
        var text = [CChar](repeating: 0, count: 256)
        // Fills the memory on every system; what the variants of strerror_r return differs.
        _ = strerror_r(code, &text, text.count)
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return bytes.isEmpty ? "error \(code)" : String(decoding: bytes, as: UTF8.self)
    }

    /// Calls the system again as long as a signal interrupts it.
    static func retried<Result: SignedInteger>(_ call: () -> Result) -> Result {
        while true {
            let result = call()
            if result == -1, errno == EINTR { continue }
            return result
        }
    }

    /// The path of something in a folder.
    public static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// The folder that a path lies in: `a/b.txt` → `a`, `b.txt` → `.`
    public static func folder(of path: String) -> String {
        let path = trimmed(path)
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of a path.
    public static func name(of path: String) -> String {
        let path = trimmed(path)
        guard path != "/", let slash = path.lastIndex(of: "/") else { return String(path) }
        return String(path[path.index(after: slash)...])
    }

    private static func trimmed(_ path: String) -> Substring {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return path
    }

    // MARK: What is there

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    public static func exists(_ path: String) -> Bool { status(path) != nil }

    public static func isFolder(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    /// Bytes of a file.
    public static func size(_ path: String) throws -> Int {
        guard let status = status(path) else { throw error("size", path) }
        return Int(status.st_size)
    }

    /// The names in a folder, sorted.
    public static func list(_ folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { throw error("list", folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw error("list", folder) }
                return names.sorted()
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    // MARK: Folders and names

    /// Makes a folder and those that it lies in; nothing happens where it is there already.
    public static func makeFolder(_ path: String) throws {
        if isFolder(path) { return }
        if mkdir(path, 0o777) == 0 {
            try sync(folder: folder(of: path))
            return
        }
        let code = errno
        switch code {
        case ENOENT where folder(of: path) != path:
            try makeFolder(folder(of: path))
            if mkdir(path, 0o777) != 0, !isFolder(path) { throw error("make folder", path) }
            try sync(folder: folder(of: path))
        case EEXIST where isFolder(path): break
        default: throw error("make folder", path, code)
        }
    }

    /// Removes a file, or a folder with everything in it; links are removed, not followed. Nothing happens where there is nothing.
    public static func remove(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw error("remove", path)
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try list(path) { try remove(join(path, name)) }
            if rmdir(path) != 0, errno != ENOENT { throw error("remove", path) }
        } else if unlink(path) != 0, errno != ENOENT {
            throw error("remove", path)
        }
    }

    /// Gives a file another name on the same disk; a file of that name is replaced in one instant.
    public static func move(_ path: String, to target: String) throws {
        if rename(path, target) != 0 { throw error("move to '\(target)'", path) }
    }

    /// Waits until the names in a folder are on the disk.
    public static func sync(folder: String) throws {
        let descriptor = retried { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw error("sync", folder) }
        defer { close(descriptor) }
        // Some network disks cannot sync a folder and say so; there a name is as safe as they make it.
        if retried({ fsync(descriptor) }) != 0, errno != EINVAL, errno != ENOTSUP { throw error("sync", folder) }
    }
}
