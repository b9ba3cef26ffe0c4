import Features
import Formats
import TestSupport
import Testing

@testable import Streams

@Suite struct JSONPayloadTests {
    private func decoder(_ settings: PayloadSettings = PayloadSettings()) throws -> JSONPayload {
        try JSONPayload(payloadSchema(), settings)
    }

    @Test func `an object is an event, an array several`() throws {
        let one = #"{"temp": 21.5, "gps": {"lat": -1e2, "alt": 3}, "acc": [1, 2, 3], "on": true, "state": "ü\n", "made": "1970-01-02"}"#
        #expect(try rows(decoder(), one) == ["o 7 21.5 -100 1 2 1 86400000000 ü\n"])
        #expect(
            try rows(decoder(), "[{\"temp\":1},{\"temp\":null,\"on\":false}, {}]") == [
                "o 7 1 - - - - - -", "o 7 - - - - 0 - -", "o 7 - - - - - - -",
            ])
        #expect(try rows(decoder(), " [ ] ") == [])
    }

    @Test func `the device and the time are fields`() throws {
        let decoder = try decoder(payloadSettings)
        #expect(try rows(decoder, #"{"id":"pump 1","at":1700000000123.5,"temp":1}"#) == ["pump 1 1700000000123500 1 - - - - - -"])
        #expect(try rows(decoder, #"{"at":"2001-09-09T01:46:40Z","id":17}"#) == ["17 1000000000000000 - - - - - - -"])
        #expect(refusal(decoder, #"{"id":"a"}"#) == "json 'at': the time is missing")
        #expect(refusal(decoder, #"{"at":1}"#) == "json 'id': the device is missing")
        #expect(refusal(decoder, #"{"at":null,"id":1}"#) == "json 'at': expected a time, found null")
        #expect(refusal(decoder, #"{"id":null,"at":1}"#) == "json 'id': expected the device, found null")
        #expect(
            refusal(decoder, #"{"id":"a","at":1700000000000000}"#)
                == "json 'at': as milliseconds since 1970 the time is not in the years 1 to 9999")
        #expect(refusal(decoder, #"{"id":"a","at":"noon"}"#) == "json 'at': 'noon' is no time of ISO 8601")
    }

    @Test func `the device and the time may be columns too`() throws {
        let schema = try EventSchema([ColumnDefinition("at", .timestamp), ColumnDefinition("id", .string)])
        #expect(try rows(JSONPayload(schema, payloadSettings), #"{"id":"a","at":5}"#) == ["a 5000 5000 a"])
        let other = try EventSchema([ColumnDefinition("at"), ColumnDefinition("id", .string)])
        #expect(throws: StreamError("json", "says the time, the column is of another type", at: "at")) {
            try JSONPayload(other, payloadSettings)
        }
    }

    @Test func `names with dots are found inside and as they stand`() throws {
        let schema = try EventSchema([ColumnDefinition("a.b.c"), ColumnDefinition("a"), ColumnDefinition("a.b.d")])
        let decoder = try JSONPayload(schema)
        for text in [#"{"a":{"b":{"c":1}}}"#, #"{"a":{"b.c":1}}"#, #"{"a.b.c":1}"#] { #expect(try rows(decoder, text) == ["o 7 1 - -"]) }
        #expect(try rows(decoder, #"{"a":2}"#) == ["o 7 - 2 -"])
        #expect(try rows(decoder, #"{"\u0061":{"b":{"d":3}}}"#) == ["o 7 - - 3"])
        #expect(throws: StreamError("payload", "two fields have this name", at: "a.b")) {
            try JSONPayload(EventSchema([ColumnDefinition("x")]), PayloadSettings(deviceField: "a.b", timeField: "a.b"))
        }
    }

    @Test func `numbers are texts and not-a-number is missing where that is meant`() throws {
        #expect(try rows(decoder(), #"{"state": 1.50, "temp": "NaN", "on": "-inf"}"#) == ["o 7 - - - - - - 1.50"])
        #expect(try rows(decoder(), #"{"state": true}"#) == ["o 7 - - - - - - true"])
    }

    @Test func `fields that nobody wants are ignored or refused`() throws {
        let strict = try decoder(PayloadSettings(unknown: .refused))
        #expect(try rows(decoder(), #"{"x":{"y":[1,{"z":"\u00e4"}]},"temp":1}"#) == ["o 7 1 - - - - - -"])
        #expect(refusal(strict, #"{"temp":1,"x":{"y":[1]}}"#) == "json 'x': there is no such column")
        #expect(refusal(strict, #"{"gps":{"lon":1}}"#) == "json 'gps.lon': there is no such column")
        #expect(refusal(strict, #"{"gps":1}"#) == "json 'gps': there is no such column")
        #expect(refusal(strict, #"{"acc":[1,2,3]}"#) == "json 'acc.2': there is no such column")
        #expect(refusal(strict, #"{"gps":null}"#) == nil)
    }

    @Test(arguments: [
        ("", "json 'byte 0': expected an object or an array of objects"),
        ("7", "json 'byte 0': expected an object or an array of objects"),
        ("[1]", "json 'byte 1': expected an object or an array of objects"),
        ("{} {}", "json 'byte 3': expected the end after the events"),
        ("[{} {}]", "json 'byte 4': expected ',' or ']' after an event"),
        ("{temp:1}", "json 'byte 1': expected a key"),
        ("{\"temp\" 1}", "json 'byte 8': expected ':' after a key"),
        ("{\"temp\":1 \"on\":1}", "json 'byte 10': expected ',' or '}' after a value"),
        ("{\"temp\":01}", "json 'byte 8': expected a number"),
        ("{\"temp\":1.}", "json 'byte 8': expected a number"),
        ("{\"temp\":1e400}", "json 'temp': the number is too large"),
        ("{\"temp\":}", "json 'byte 8': expected a value"),
        ("{\"temp\":tru}", "json 'byte 8': expected a value"),
        ("{\"temp\":", "json 'byte 8': ends where a value is expected"),
        ("{\"temp\":\"warm\"}", "json 'temp': expected a number, found a text"),
        ("{\"temp\":{}}", "json 'temp': expected a plain value, found an object"),
        ("{\"temp\":[1]}", "json 'temp': expected a plain value, found an array"),
        ("{\"temp\":1,\"temp\":2}", "json 'temp': stands here a second time"),
        ("{\"made\":true}", "json 'made': expected a time, found a truth value"),
        ("{\"state\":\"\u{1}\"}", "json 'byte 10': a control character in a string must be escaped"),
        ("{\"state\":\"a\\x\"}", "json 'byte 13': no such escape"),
        ("{\"state\":\"\\ud800\"}", "json 'byte 16': half of a surrogate pair"),
        ("{\"state\":\"a", "json 'byte 11': ends inside of a string"),
        ("{\"x\":[[[[[1]]]]]}", "json 'byte 8': is nested more than 4 deep"),
    ])
    func `a bad message is refused with the reason`(text: String, reason: String) throws {
        #expect(refusal(try decoder(PayloadSettings(mostDepth: 4)), text) == reason)
    }

    @Test func `texts that are not UTF-8 are refused where they are wanted`() throws {
        #expect(refusal(try decoder(), Array("{\"state\":\"".utf8) + [0xff] + Array("\"}".utf8)) == "json 'state': the text is not UTF-8")
    }

    @Test func `limits are kept`() throws {
        let many = "[" + Array(repeating: "{}", count: PayloadSettings.mostEvents + 1).joined(separator: ",") + "]"
        #expect(refusal(try decoder(), many) == "json: has more than 65535 events")
        #expect(refusal(try decoder(PayloadSettings(mostBytes: 10)), "{\"temp\": 1}") == "json: has 11 bytes, at most 10 are read")
        let deep = String(repeating: "[", count: 100_000)
        #expect(refusal(try decoder(), "{\"x\":" + deep) == "json 'byte 36': is nested more than 32 deep")
    }

    /// Whatever the changes, this decoder and the general reader agree on what is JSON.
    @Test func `damaged texts are judged as the general reader judges them`() throws {
        let schema = try EventSchema([ColumnDefinition("a"), ColumnDefinition("b.c"), ColumnDefinition("t", .string)])
        let text = #"{"a":-12.5e-3,"b":{"c":7,"d":[true,null,{"e":"\u00e4\n"}]},"t":"x\"y","u":[1,2,[]],"v":1.5}"#
        let strict = Array(text.utf8)
        var random = SeededRandom(seed: 9), accepted = 0, differing = 0
        for _ in 0..<60_000 {
            let bytes = random.damaged(strict)
            let value = try? JSON(parsing: bytes, limits: .init(depth: 32))
            let refused = refusal(try JSONPayload(schema), bytes)
            if refused == nil { accepted += 1 }
            if case .object(let object)? = value {
                // The scanner refuses more: a number where none can be, a key that is wanted twice.
                if let refused {
                    let isMeaning = ["expected a number, found", "plain value", "second time"].contains { refused.contains($0) }
                    #expect(isMeaning, "\(String(decoding: bytes, as: UTF8.self)): \(refused)")
                } else if object["a"] != nil {
                    #expect(
                        object["a"]?.double != nil || object["a"]?.bool != nil || object["a"]?.isNull == true || object["a"]?.string != nil)
                }
            } else if refused == nil {
                // It takes more: arrays of events, and in what nobody wants keys that come twice and texts that are not UTF-8.
                let reason = message { _ = try JSON(parsing: bytes) }
                #expect(
                    value?.array != nil || reason?.contains("second time") == true || reason?.contains("not UTF-8") == true
                        || reason?.contains("too large") == true, "\(String(decoding: bytes, as: UTF8.self)): \(reason ?? "")")
                differing += 1
            }
        }
        #expect(accepted > 2000 && differing < accepted / 4)
    }

    private func message(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return "\(error)" }
        return nil
    }
}
