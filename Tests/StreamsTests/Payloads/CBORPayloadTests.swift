import Features
import Formats
import Testing

@testable import Streams

@Suite struct CBORPayloadTests {
    private func decoder(_ settings: PayloadSettings = PayloadSettings()) throws -> CBORPayload {
        try CBORPayload(payloadSchema(), settings)
    }

    @Test func `a map is an event, an array several`() throws {
        let event: CBOR = [
            "temp": 21.5, "gps": ["lat": -100, "alt": 3], "acc": [1, 2, 3], "on": true, "state": "ü", "made": "1970-01-02",
            "x": [1, ["y": .undefined]],
        ]
        #expect(try rows(decoder(), event.encoded()) == ["o 7 21.5 -100 1 2 1 86400000000 ü"])
        #expect(try rows(decoder(), CBOR.tagged(55799, event).encoded()).count == 1)
        #expect(
            try rows(decoder(), CBOR.array([event, ["temp": nil]]).encoded()) == ["o 7 21.5 -100 1 2 1 86400000000 ü", "o 7 - - - - - - -"])
    }

    @Test func `times under tags say their unit themselves`() throws {
        let decoder = try decoder(payloadSettings)
        for (value, time) in [
            (CBOR.tagged(1, 1.5), 1_500_000), (.tagged(0, "1970-01-01T00:00:02Z"), 2_000_000), (5, 5000), (.tagged(1, -3), -3_000_000),
        ] {
            #expect(try rows(decoder, CBOR.map([.init("id", "a"), .init("at", value)]).encoded()) == ["a \(time) - - - - - - -"])
        }
    }

    @Test func `keys that are numbers have their digits as names`() throws {
        let schema = try EventSchema([ColumnDefinition("1"), ColumnDefinition("-2"), ColumnDefinition("18446744073709551615")])
        let event = CBOR.map([.init(1, 10), .init(-2, .negative(.max)), .init(.unsigned(.max), 0.5), .init(.bytes([1]), 7)])
        #expect(try rows(CBORPayload(schema), event.encoded()) == ["o 7 10 -1.8446744073709552e+19 0.5"])
    }

    @Test func `open maps and strings in pieces are read`() throws {
        // {_ "te" "mp": 1, "acc": [_ 5]}
        let bytes: [UInt8] = [0xbf, 0x7f, 0x62, 0x74, 0x65, 0x62, 0x6d, 0x70, 0xff, 0x01, 0x63, 0x61, 0x63, 0x63, 0x9f, 0x05, 0xff, 0xff]
        #expect(try rows(decoder(), bytes) == ["o 7 1 - 5 - - - -"])
    }

    private static let refused: [(CBOR, String)] = [
        (.array([1]), "cbor 'byte 1': expected a map, found a number"),
        (5, "cbor 'byte 0': expected a map or an array of maps, found a number"),
        (["temp": "warm"], "cbor 'temp': expected a number, found a text"),
        (["temp": [1]], "cbor 'temp': expected a plain value, found an array"),
        (["temp": .bytes([1])], "cbor 'temp': expected a plain value, found bytes"),
        (["gps": ["lon": 1]], "cbor 'gps.lon': there is no such column"),
        ([.bytes([1]): 1], "cbor '(bytes)': there is no such column"),
        (["made": .tagged(1, "x")], "cbor 'made': expected seconds under tag 1, found a text"),
        (["made": .tagged(1, 1e18)], "cbor 'made': the time under tag 1 is not in the years 1 to 9999"),
        (["temp": .tagged(1, 5)], "cbor 'temp': expected a number, found a time"),
        (.map([.init("temp", 1), .init("temp", 2)]), "cbor 'temp': stands here a second time"),
    ]

    @Test(arguments: refused)
    func `a bad message is refused with the reason`(value: CBOR, reason: String) throws {
        #expect(refusal(try decoder(PayloadSettings(unknown: .refused)), value.encoded()) == reason)
    }

    @Test func `what is no CBOR is refused with the place`() throws {
        #expect(refusal(try decoder(), []) == "cbor 'byte 0': ends where an item is expected")
        #expect(refusal(try decoder(), [0xa1, 0x61, 0x78, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) != nil)
        #expect(refusal(try decoder(), [0xa0, 0x00]) == "cbor 'byte 1': expected the end after the events")
        let deep = [0xa1, 0x61, 0x78] + [UInt8](repeating: 0x81, count: 50_000) + [0]
        #expect(refusal(try decoder(), deep)?.hasSuffix("is nested too deep") == true)
        let tags = [0xa1, 0x64, 0x74, 0x65, 0x6d, 0x70] + [UInt8](repeating: 0xc6, count: 50_000) + [0]
        #expect(refusal(try decoder(), tags)?.hasSuffix("is nested more than 32 deep") == true)
    }
}
