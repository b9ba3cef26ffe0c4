import TestSupport
import Testing

@testable import Formats

@Suite("CBOR") struct CBORTests {
    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16)! }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// RFC 8949, appendix A: what is both read and written like this.
    private static let examples: [(String, CBOR)] = [
        ("00", 0), ("01", 1), ("0a", 10), ("17", 23), ("1818", 24), ("1819", 25), ("1864", 100), ("1903e8", 1000),
        ("1a000f4240", 1_000_000),
        ("1b000000e8d4a51000", 1_000_000_000_000), ("1bffffffffffffffff", .unsigned(.max)),
        ("c249010000000000000000", .tagged(2, .bytes([1, 0, 0, 0, 0, 0, 0, 0, 0]))), ("3bffffffffffffffff", .negative(.max)),
        ("20", -1), ("29", -10), ("3863", -100), ("3903e7", -1000),
        ("f90000", 0.0), ("f98000", -0.0), ("f93c00", 1.0), ("fb3ff199999999999a", 1.1), ("f93e00", 1.5), ("f97bff", 65504.0),
        ("fa47c35000", 100000.0), ("fa7f7fffff", 3.4028234663852886e+38), ("fb7e37e43c8800759c", 1.0e+300),
        ("f90001", 5.960464477539063e-8), ("f90400", 0.00006103515625), ("f9c400", -4.0), ("fbc010666666666666", -4.1),
        ("f97c00", .number(.infinity)), ("f9fc00", .number(-.infinity)),
        ("f4", false), ("f5", true), ("f6", nil), ("f7", .undefined), ("f0", .simple(16)), ("f8ff", .simple(255)),
        ("c074323031332d30332d32315432303a30343a30305a", .tagged(0, "2013-03-21T20:04:00Z")), ("c11a514b67b0", .tagged(1, 1_363_896_240)),
        ("c1fb41d452d9ec200000", .tagged(1, 1363896240.5)), ("d74401020304", .tagged(23, .bytes([1, 2, 3, 4]))),
        ("d818456449455446", .tagged(24, .bytes([0x64, 0x49, 0x45, 0x54, 0x46]))),
        ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", .tagged(32, "http://www.example.com")),
        ("40", .bytes([])), ("4401020304", .bytes([1, 2, 3, 4])), ("60", ""), ("6161", "a"), ("6449455446", "IETF"), ("62225c", "\"\\"),
        ("62c3bc", "ü"), ("63e6b0b4", "水"), ("64f0908591", "\u{10151}"),
        ("80", []), ("83010203", [1, 2, 3]), ("8301820203820405", [1, [2, 3], [4, 5]]),
        (
            "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
            .array((1...25).map { CBOR($0) })
        ),
        ("a0", [:]), ("a201020304", [1: 2, 3: 4]), ("a26161016162820203", ["a": 1, "b": [2, 3]]), ("826161a161626163", ["a", ["b": "c"]]),
        ("a56161614161626142616361436164614461656145", ["a": "A", "b": "B", "c": "C", "d": "D", "e": "E"]),
    ]

    @Test func `the standard's examples are read and written`() throws {
        for (text, value) in Self.examples {
            #expect(try CBOR(parsing: bytes(text)) == value, "\(text)")
            #expect(hexadecimal(value.encoded()) == text, "\(value)")
        }
        #expect(Self.examples.count == 62)
        #expect(try CBOR(parsing: bytes("f97e00")).double?.isNaN == true && hexadecimal(CBOR.number(.nan).encoded()) == "f97e00")
    }

    /// RFC 8949, appendix A: what is read but written shorter.
    @Test func `strings in pieces and open arrays and maps are read`() throws {
        let examples: [(String, CBOR)] = [
            ("fa7f800000", .number(.infinity)), ("fb7ff0000000000000", .number(.infinity)),
            ("5f42010243030405ff", .bytes([1, 2, 3, 4, 5])),
            ("7f657374726561646d696e67ff", "streaming"), ("9fff", []), ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
            ("83018202039f0405ff", [1, [2, 3], [4, 5]]),
            ("bf61610161629f0203ffff", ["a": 1, "b": [2, 3]]), ("826161bf61626163ff", ["a", ["b": "c"]]),
            ("bf6346756ef563416d7421ff", ["Fun": true, "Amt": -2]), ("1900ff", 255),
        ]
        for (text, value) in examples { #expect(try CBOR(parsing: bytes(text)) == value, "\(text)") }
    }

    @Test func `every number of 16 bits keeps its bits`() throws {
        for bits in UInt16.min...UInt16.max {
            let value = Double(half: bits)
            #expect(value.isNaN || value.halfBits == bits)
        }
        var random = SeededRandom(seed: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            let back = try CBOR(parsing: CBOR.number(value).encoded()).double
            #expect(back?.bitPattern == value.bitPattern || value.isNaN)
        }
    }

    @Test func `JSON goes there and back`() throws {
        let text = #"{"z":[1,-2,0.1,1e+300,true,false,null],"a":{"":"ü"},"big":18446744073709551615,"low":-9223372036854775808}"#
        let value = try JSON(parsing: text)
        #expect(try CBOR(parsing: CBOR(value).encoded()).json().text() == text)
        let other: CBOR = ["b": .bytes([0xfb, 0xff, 1, 2]), "t": .tagged(1, 5), "u": .undefined, "l": .negative(.max)]
        #expect(try other.json() == ["b": "-_8BAg", "t": 5, "u": .null, "l": .number(-0x1p64)])
        #expect(message { _ = try CBOR.map([.init(1, 2)]).json() } == "cbor: JSON has no key that is not a text")
        #expect(message { _ = try CBOR.simple(7).json() } == "cbor: JSON has nothing for the simple value 7")
    }

    @Test func `values are found by text, by label and by kind`() {
        let value: CBOR = ["a": 7, -2: "base", "n": -1.5]
        #expect(value["a"]?.whole(UInt8.self) == 7 && value[label: -2]?.string == "base" && value["n"]?.double == -1.5)
        #expect(value["b"] == nil && CBOR.null["a"] == nil && CBOR(-9_223_372_036_854_775_808 as Int64).whole(Int64.self) == .min)
        #expect(CBOR.negative(.max).whole(Int64.self) == nil && CBOR.negative(.max).double == -0x1p64)
    }

    @Test func `sorted maps are equal in their bytes`() {
        let a: CBOR = ["b": 1, "a": 2, 10: 3, "aa": 4, 100: 5, -1: 6, false: 7, [100]: 8]
        guard case .map(let pairs) = a else { return }
        // RFC 8949, 4.2.1: 10, 100, -1, "a", "b", "aa", [100], false.
        #expect(
            hexadecimal(a.encoded(isSorted: true)) == "a80a0318640520066161026162016261610481186408f407"
                && CBOR.map(pairs.reversed()).encoded(isSorted: true) == a.encoded(isSorted: true))
    }

    @Test(arguments: [
        ("", "cbor 'm: byte 0': ends where an item is expected"),
        ("18", "cbor 'm: byte 1': ends inside of an item"),
        ("1c", "cbor 'm: byte 0': no item begins with 28"),
        ("1f", "cbor 'm: byte 0': this kind of item must tell its length"),
        ("ff", "cbor 'm: byte 0': an end without a beginning"),
        ("0000", "cbor 'm: byte 1': expected the end after the value"),
        ("62e4e4", "cbor 'm: byte 0': the text is not UTF-8"),
        ("7f61e4ff", "cbor 'm: byte 1': the text is not UTF-8"),
        ("7f4100ff", "cbor 'm: byte 1': expected a piece of a text, found bytes"),
        ("5f5f4100ffff", "cbor 'm: byte 1': expected a piece of bytes, found bytes"),
        ("9bffffffffffffffff", "cbor 'm: byte 0': 18446744073709551615 elements are said to follow, 0 bytes do"),
        ("ba4000000001", "cbor 'm: byte 0': 1073741824 elements are said to follow, 1 bytes do"),
        ("a20000", "cbor 'm: byte 0': 2 elements are said to follow, 2 bytes do"),
        ("a200010002", "cbor 'm: byte 3': a key stands here a second time"),
        ("bf00ff", "cbor 'm: byte 2': an end without a beginning"),
        ("f818", "cbor 'm: byte 0': a simple value below 32 takes one byte, not two"),
        ("8181818181", "cbor 'm: byte 3': is nested more than 3 deep"),
        ("8400000000", "cbor 'm: byte 4': has more than 4 values"),
    ])
    func `what is no CBOR is refused with the place`(text: String, reason: String) {
        #expect(message { _ = try CBOR(parsing: bytes(text), at: "m", limits: .init(bytes: 100, depth: 3, values: 4)) } == reason)
    }

    @Test func `an item is passed over with everything in it`() throws {
        for (text, _) in Self.examples + [("bf61610161629f0203ffff", nil), ("5f42010243030405ff", nil)] {
            let all = bytes(text) + [0xf5]
            try all.withUnsafeBytes { memory in
                var reader = CBORReader(memory)
                try reader.skip(depth: 4)
                #expect(try reader.next() == .bool(true) && reader.isAtEnd, "\(text)")
            }
        }
    }

    @Test func `damaged bytes are refused or read, never more`() throws {
        let valid = CBOR.array(Self.examples.map(\.1)).encoded()
        var random = SeededRandom(seed: 11), accepted = 0
        for _ in 0..<30_000 {
            let bytes = random.damaged(valid)
            let value = try? CBOR(parsing: bytes, limits: .init(bytes: 1 << 16, depth: 20, values: 1000))
            let isPassed = bytes.withUnsafeBytes { memory in
                var reader = CBORReader(memory)
                return (try? reader.skip(depth: 20)) != nil && reader.isAtEnd
            }
            guard let value else { continue }
            accepted += 1
            #expect(isPassed)
            let back = try CBOR(parsing: value.encoded())
            #expect(back.encoded() == value.encoded())
        }
        #expect(accepted > 100)
    }
}
