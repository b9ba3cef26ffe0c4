public import Foundation

/// Where tests that kill other programs let them write: in memory, if the system has a place for that.
///
/// A killed program loses nothing that it wrote, on a disk or in memory; only waiting for the disk is saved.
public var memoryFolder: URL {
    let memory = URL(fileURLWithPath: "/dev/shm")
    return FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
}
