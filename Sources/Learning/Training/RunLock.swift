internal import Formats

/// Keeps a second process from writing into the folder of a run.
final class RunLock {
    private let lock: FileLock

    init(_ folder: String) throws {
        try Files.makeFolder(folder)
        lock = try FileLock(folder: folder)
    }
}
