import Testing

@testable import Formats

@Suite("Files") struct FilesTests {
    @Test func `a file is written, replaced, appended to, cut and removed`() throws {
        try withFolder { folder in
            let path = Files.join(folder, "a/b/c.txt")
            try Files.makeFolder(Files.folder(of: path))
            try Files.makeFolder(Files.folder(of: path))
            try Files.replace(path, with: Array("one".utf8))
            try Files.replace(path, with: Array("two".utf8))
            try Files.append(path, Array(" three".utf8))
            #expect(try Files.readText(path) == "two three")
            try Files.cut(path, to: 3)
            #expect(try Files.readText(path) == "two" && Files.size(path) == 3)
            #expect(try Files.list(Files.folder(of: path)) == ["c.txt"])
            #expect(Files.exists(path) && !Files.isFolder(path) && Files.isFolder(folder))
            try Files.remove(Files.join(folder, "a"))
            try Files.remove(Files.join(folder, "a"))
            #expect(try Files.list(folder) == [])
        }
    }

    @Test func `paths are taken apart`() {
        #expect(Files.folder(of: "a/b.txt") == "a" && Files.folder(of: "b.txt") == "." && Files.folder(of: "/b") == "/")
        #expect(Files.folder(of: "a/b/") == "a" && Files.name(of: "a/b/") == "b" && Files.name(of: "/") == "/")
        #expect(Files.join("a", "b") == "a/b" && Files.join("a/", "b") == "a/b" && Files.join("", "b") == "b")
    }

    @Test func `errors name the path and what the system says`() throws {
        try withFolder { folder in
            let none = Files.join(folder, "none")
            #expect(message { _ = try Files.read(none) } == "size '\(none)': No such file or directory")
            #expect(message { _ = try MappedFile(none) } == "open '\(none)': No such file or directory")
            #expect(message { _ = try MappedFile(folder) } == "open '\(folder)': is not a file")
            #expect(message { _ = try Files.list(none) } == "list '\(none)': No such file or directory")
            #expect(message { try Files.replace(Files.join(none, "x"), with: []) }?.hasSuffix("No such file or directory") == true)
            try Files.replace(none, with: [1, 2, 3])
            #expect(message { _ = try Files.read(none, limit: 2) } == "read '\(none)': has 3 bytes, at most 2 are read")
            #expect(message { try Files.makeFolder(Files.join(none, "x")) } == "make folder '\(none)/x': Not a directory")
            try Files.replace(none, with: [0xFF])
            #expect(message { _ = try Files.readText(none) } == "read '\(none)': is not UTF-8")
        }
    }

    @Test func `a failed replacement leaves the old file and nothing else`() throws {
        try withFolder { folder in
            let path = Files.join(folder, "x")
            try Files.replace(path, with: [1])
            let refusal = message {
                try Files.replace(path) { writer in
                    try writer.write([2, 3])
                    #expect(try Files.list(folder).filter(Files.isPartial).count == 1)
                    throw FormatError("test", "on purpose")
                }
            }
            #expect(refusal == "test: on purpose")
            #expect(try Files.list(folder) == ["x"] && Files.read(path) == [1])
        }
    }

    @Test func `what the system does not size beforehand is read and bounded`() throws {
        #expect(try !Files.read("/proc/self/status").isEmpty)
        #expect(message { _ = try Files.read("/proc/self/status", limit: 10) } == "read '/proc/self/status': has more than 10 bytes")
    }

    @Test func `a mapped file has the bytes of the file, even when it is replaced meanwhile`() throws {
        try withFolder { folder in
            let path = Files.join(folder, "x"), bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try Files.replace(path, with: bytes)
            let file = try MappedFile(path)
            try Files.replace(path, with: [1])
            #expect(file.count == bytes.count && file.withBytes { Array($0) } == bytes)
            #expect(file.withBytes(10..<20) { Array($0) } == Array(bytes[10..<20]))
            try Files.replace(path, with: [])
            #expect(try MappedFile(path).withBytes { $0.count } == 0)
        }
    }

    @Test func `a lock is held by one owner at a time`() throws {
        try withFolder { folder in
            let path = Files.join(folder, "lock")
            do {
                let lock = try FileLock(path), whole = try FileLock(folder: folder)
                #expect(message { _ = try FileLock(path) }?.hasPrefix("lock '\(path)': is held by somebody else, process ") == true)
                #expect(message { _ = try FileLock(folder: folder) } == "lock '\(folder)': is held by somebody else")
                #expect(lock.path == path && whole.path == folder)
            }
            _ = try FileLock(path)
            _ = try FileLock(folder: folder)
        }
    }
}
