import Features
import Formats
import Testing

@testable import Streams

@Suite struct SenMLPayloadTests {
    private let now: Int64 = 1_700_000_000_000_000

    private func decoder(_ names: [String], _ form: SenMLPayload.Form = .json, _ settings: PayloadSettings = PayloadSettings()) throws
        -> SenMLPayload
    {
        try SenMLPayload(EventSchema(names.map { ColumnDefinition($0, $0 == "label" ? .string : .number) }), form, settings)
    }

    private func rows(_ decoder: SenMLPayload, _ text: String) throws -> [String] {
        try StreamsTests.rows(decoder, text, from: PayloadOrigin(device: "o", time: now))
    }

    /// RFC 8428, 5.1.
    @Test func `the standard's examples are resolved`() throws {
        let several = """
            [{"bn":"urn:dev:ow:10e2073a01080063","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
             {"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":1.3},{"n":"current","v":1.7}]
            """
        #expect(
            try rows(decoder(["voltage", "current"]), several) == [
                "urn:dev:ow:10e2073a01080063 1276020076001000 120.1 1.7", "urn:dev:ow:10e2073a01080063 1276020071001000 - 1.2",
                "urn:dev:ow:10e2073a01080063 1276020072001000 - 1.3",
            ])
        let other = """
            [{"bn":"urn:dev:ow:10e2073a01080063:","bt":1.320067464e+09,"bu":"%RH","v":20},{"u":"lon","v":24.30621},
             {"n":"temp","t":60,"v":20.3}]
            """
        // Without a name of its own a record is about the base name, which is no column here.
        #expect(try rows(decoder(["temp"]), other) == ["urn:dev:ow:10e2073a01080063 1320067524000000 20.3"])
    }

    @Test func `times that are small are relative to now`() throws {
        #expect(try rows(decoder(["v"]), #"[{"n":"d/v","v":1},{"n":"d/v","t":-2.5,"v":2}]"#) == ["d \(now) 1", "d \(now - 2_500_000) 2"])
        #expect(try rows(decoder(["v"]), #"[{"n":"d/v","t":268435456,"v":1}]"#) == ["d 268435456000000 1"])
    }

    @Test func `base values and sums are added`() throws {
        let text = #"[{"bn":"d/","bv":100,"bs":1000,"n":"e","v":1,"s":2},{"n":"f","s":5},{"bv":0,"bs":0,"n":"f","t":1,"v":7}]"#
        #expect(try rows(decoder(["e", "e.sum", "f", "f.sum"]), text) == ["d \(now) 101 1002 - 1005", "d \(now + 1_000_000) - - 7 -"])
    }

    @Test func `a name is a device and a column`() throws {
        let decoder = try decoder(["temp", "air_temp", "label"])
        for (name, device) in [
            ("urn:dev:mac:0024befffe804ff1/temp", "urn:dev:mac:0024befffe804ff1"), ("urn:dev:ow:10e2:temp", "urn:dev:ow:10e2"),
            ("urn:dev:ow:264437f5_temp", "urn:dev:ow:264437f5"), ("temp", "o"), ("/temp", "o"),
        ] {
            #expect(try rows(decoder, "[{\"n\":\"\(name)\",\"v\":1}]") == ["\(device) \(now) 1 - -"])
        }
        #expect(try rows(decoder, #"[{"n":"x:air_temp","v":1}]"#) == ["x \(now) - 1 -"])
        #expect(try rows(decoder, #"[{"n":"x:label","vs":"a"},{"n":"x:temp","vb":true}]"#) == ["x \(now) 1 - a"])
        #expect(try rows(decoder, #"[{"n":"x:other","v":1}]"#) == [])
        let strict = try self.decoder(["temp"], .json, PayloadSettings(unknown: .refused))
        #expect(refusal(strict, #"[{"n":"x:other","v":1}]"#) == "senml 'x:other': there is no such column")
    }

    @Test func `the CBOR form says the same`() throws {
        let pack: CBOR = [
            [-2: "urn:dev:a:", -3: 1_276_020_076, -4: "A", -1: 5, 0: "voltage", 1: "V", 2: 120.1],
            [0: "current", 6: -5, 2: .tagged(4, [-1, 12])], [0: "label", 3: "on"], ["n": "current", "v": 1.7],
            [0: "data", 8: .bytes([0xfb])],
        ]
        let found = try StreamsTests.rows(decoder(["voltage", "current", "label"], .cbor), pack.encoded(), from: PayloadOrigin(time: now))
        #expect(found == ["urn:dev:a 1276020076000000 120.1 1.7 on", "urn:dev:a 1276020071000000 - 1.2 -"])
    }

    @Test(arguments: [
        ("{}", "senml: expected an array of records, found an object"),
        ("[1]", "senml: expected an object for a record, found a number"),
        ("[{\"v\":1}]", "senml 'n': a record has no name"),
        ("[{\"n\":\"v\"}]", "senml 'v': a record has no value"),
        ("[{\"n\":\"v\",\"v\":1,\"vb\":true}]", "senml 'vb': the record has a value already"),
        ("[{\"n\":\"v\",\"v\":\"1\"}]", "senml 'v': expected a number, found a string"),
        ("[{\"n\":7,\"v\":1}]", "senml 'n': expected a text, found a number"),
        ("[{\"bver\":11,\"n\":\"v\",\"v\":1}]", "senml 'bver': version 11 is not one of 1 to 10"),
        ("[{\"n\":\"v\",\"v\":1,\"secure_\":1}]", "senml 'secure_': must be understood and is not known"),
        ("[{\"n\":\"v\",\"v\":1,\"t\":1e18}]", "senml 'v': the time is not in the years 1 to 9999"),
        ("[{\"n\":\"v\",\"v\":1},{\"n\":\"v\",\"v\":2}]", "senml 'v': stands here a second time"),
        ("[{\"n\":\"v\",\"v\":1}", "senml 'line 1, column 17': expected ',' or ']' after an element"),
    ])
    func `a bad pack is refused with the reason`(text: String, reason: String) throws {
        #expect(refusal(try decoder(["v"]), text) == reason)
    }

    @Test func `fields of devices and times have no meaning here`() throws {
        #expect(throws: StreamError("senml", "records say their devices and times themselves")) {
            try SenMLPayload(payloadSchema(), .json, payloadSettings)
        }
    }
}
