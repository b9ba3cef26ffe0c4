@testable import Datasets
import Engine
import Testing

@Suite("Packed files") struct ZipAndInflateTests {
    /// `print(list(gzip.compress(b"millrace " * 20, mtime=0)))`
    static let gzip: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 205, 204, 201, 41, 74, 76, 78, 85, 200, 29, 58, 12, 0, 152, 30, 255, 133,
        180, 0, 0, 0,
    ]
    /// A deflated and a stored member, by Python's zipfile.
    static let zip: [UInt8] = [
        80, 75, 3, 4, 20, 0, 0, 0, 8, 0, 0, 0, 33, 0, 152, 30, 255, 133, 14, 0, 0, 0, 180, 0, 0, 0, 10, 0,
        0, 0, 112, 97, 99, 107, 101, 100, 46, 116, 120, 116, 203, 205, 204, 201, 41, 74, 76, 78, 85, 200, 29, 58, 12, 0, 80, 75,
        3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 33, 0, 179, 36, 78, 150, 8, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0,
        112, 108, 97, 105, 110, 46, 116, 120, 116, 97, 115, 32, 105, 116, 32, 105, 115, 80, 75, 1, 2, 20, 3, 20, 0, 0, 0, 8,
        0, 0, 0, 33, 0, 152, 30, 255, 133, 14, 0, 0, 0, 180, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 128, 1, 0, 0, 0, 0, 112, 97, 99, 107, 101, 100, 46, 116, 120, 116, 80, 75, 1, 2, 20, 3, 20, 0, 0, 0, 0,
        0, 0, 0, 33, 0, 179, 36, 78, 150, 8, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 128, 1, 54, 0, 0, 0, 112, 108, 97, 105, 110, 46, 116, 120, 116, 80, 75, 5, 6, 0, 0, 0, 0, 2, 0, 2, 0,
        111, 0, 0, 0, 101, 0, 0, 0, 0, 0,
    ]

    private let text = String(repeating: "millrace ", count: 20)

    @Test func `gzip is unpacked, member after member`() throws {
        #expect(String(decoding: try Inflate.inflate(Self.gzip[...], .gzip, limit: 1000, for: "t", at: "f"), as: UTF8.self) == text)
        let twice = Self.gzip + Self.gzip
        #expect(String(decoding: try Inflate.inflate(twice[...], .gzip, limit: 1000, for: "t", at: "f"), as: UTF8.self) == text + text)
    }

    @Test func `what unpacks to more than the limit is refused`() {
        #expect(throws: DatasetError("t", "unpacks to more than the limit of 100 bytes", at: "f")) {
            try Inflate.inflate(Self.gzip[...], .gzip, limit: 100, for: "t", at: "f")
        }
        #expect(throws: DatasetError("t", "the packed data end too early", at: "f")) {
            try Inflate.inflate(Self.gzip.dropLast(12), .gzip, limit: 1000, for: "t", at: "f")
        }
    }

    @Test func `a zip file's members are read`() throws {
        let zip = try ZipArchive(Self.zip, for: "t", at: "f")
        #expect(zip.members.map(\.name) == ["packed.txt", "plain.txt"])
        #expect(String(decoding: try zip.contents(named: "packed.txt"), as: UTF8.self) == text)
        #expect(String(decoding: try zip.contents(named: "plain.txt"), as: UTF8.self) == "as it is")
        #expect(throws: DatasetError("t", #"has no member 'x', only ["packed.txt", "plain.txt"]"#, at: "f")) {
            try zip.contents(named: "x")
        }
    }

    @Test func `a damaged member fails its check sum`() throws {
        var bytes = Self.zip
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("as it is".utf8)) })
        bytes[place] = 0x41
        let zip = try ZipArchive(bytes, for: "t", at: "f")
        #expect(throws: DatasetError("t", "has the wrong check sum", at: "f/plain.txt")) { try zip.contents(named: "plain.txt") }
    }

    @Test func `damaged files are refused and never trap`() {
        let zip = fuzz(Self.zip, rounds: 5_000) { bytes in
            let zip = try ZipArchive(bytes, for: "t", at: "f")
            for member in zip.members { _ = try zip.contents(of: member, limit: 1 << 20) }
        }
        #expect(zip.foreign == nil)
        #expect(zip.refused > 2_000)
        let gzip = fuzz(Self.gzip, rounds: 5_000) { _ = try Inflate.inflate($0[...], .gzip, limit: 1 << 20, for: "t", at: "f") }
        #expect(gzip.foreign == nil)
        #expect(gzip.refused > 2_000)
    }
}
