import TestSupport
import Testing

@testable import Formats

@Suite("Hashes") struct HashTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]) func `the standard's examples have their hash`(text: String, expected: String) {
        #expect(SHA256.digest(Array(text.utf8)).hexadecimal == expected)
    }

    @Test func `a million letters have their hash, in pieces of any size and from a file`() throws {
        let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(SHA256.digest(letters).description == expected)
        var source = SeededRandom(seed: 4), hash = SHA256(), rest = letters[...]
        while !rest.isEmpty {
            let piece = rest.prefix(source.below(200))
            hash.update(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        #expect(hash.finish().hexadecimal == expected)
        try withFolder { folder in
            try Files.replace(Files.join(folder, "a"), with: letters)
            #expect(try SHA256.digest(ofFile: Files.join(folder, "a")).hexadecimal == expected)
        }
    }

    @Test func `lengths around a block's end are padded rightly`() {
        // Of n times the letter a, from the reference implementation in Python.
        let expected = [
            55: "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318",
            56: "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a",
            63: "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34",
            64: "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb",
            65: "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0",
        ]
        for (count, hash) in expected { #expect(SHA256.digest([UInt8](repeating: 97, count: count)).hexadecimal == hash) }
    }

    @Test func `a digest reads back from its digits and from nothing else`() {
        let digest = SHA256.digest([1, 2, 3])
        #expect(SHA256.Digest(hexadecimal: digest.hexadecimal) == digest)
        for text in ["", "0", String(repeating: "0", count: 63) + "g", digest.hexadecimal.uppercased(), digest.hexadecimal + "00"] {
            #expect(SHA256.Digest(hexadecimal: text) == nil)
        }
    }

    @Test func `the cyclic checks have their well-known values`() {
        let digits = Array("123456789".utf8)
        #expect(CRC32.checksum(digits) == 0xcbf4_3926)
        #expect(CRC32.checksum(digits, .castagnoli) == 0xe306_9283)
        // RFC 3720, B.4.
        #expect(CRC32.checksum([UInt8](repeating: 0, count: 32), .castagnoli) == 0x8a91_36aa)
        #expect(CRC32.checksum([UInt8](repeating: 0xFF, count: 32), .castagnoli) == 0x62a8_ab43)
        #expect(CRC32.checksum(Array(0..<32), .castagnoli) == 0x46dd_794e)
        #expect(CRC32.checksum([]) == 0)
    }

    @Test func `the cyclic checks do not depend on the pieces`() {
        var source = SeededRandom(seed: 5)
        let bytes = (0..<1000).map { _ in UInt8(truncatingIfNeeded: source.next()) }
        var check = CRC32(), rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(source.below(30))
            check.update(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        #expect(check.value == CRC32.checksum(bytes))
    }
}
