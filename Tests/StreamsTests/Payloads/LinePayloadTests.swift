import Features
import Testing

@testable import Streams

@Suite struct LinePayloadTests {
    private func decoder(_ settings: PayloadSettings = PayloadSettings(deviceField: "host")) throws -> LinePayload {
        try LinePayload(
            EventSchema([
                ColumnDefinition("temp"), ColumnDefinition("disk.used"), ColumnDefinition("on"), ColumnDefinition("site", .string),
                ColumnDefinition("what", .string),
            ]), settings, measurement: "what")
    }

    @Test func `a line is an event`() throws {
        let text =
            "weather,host=a,site=north temp=21.5,on=t 1556813561098000123\n# nothing\n\ndisk,host=b used=12i,x=3u,n=\"a b\"\r\nweather,host=c temp=-1e-3"
        #expect(
            try rows(decoder(), text) == ["a 1556813561098000 21.5 - 1 north weather", "b 7 - 12 - - disk", "c 7 -0.001 - - - weather"])
    }

    @Test func `backslashes make separators plain letters`() throws {
        let text = #"we\ a\,ther,host=a\ b\=c,site=c:\d temp=1"# + "\n" + #"m,host=x site="say \"a\\b\" \n"  5"#
        #expect(try rows(decoder(), text) == [#"a b=c 7 1 - - c:\d we a,ther"#, #"x 0 - - - say "a\b" \n m"#])
    }

    @Test func `times have the unit of the settings`() throws {
        #expect(try rows(decoder(PayloadSettings(timeUnit: .seconds)), "m temp=1 1700000000") == ["o 1700000000000000 1 - - - m"])
    }

    @Test(arguments: [
        ("m", "lines 'line 1': expected a space and fields"),
        ("m,host=a ", "lines 'line 1': expected a field"),
        ("m,host= temp=1", "lines 'line 1': expected a tag's value"),
        ("m,host temp=1", "lines 'line 1': expected '=' after a tag"),
        ("m,host=a temp=1 noon", "lines 'line 1': expected a time in nanoseconds within the years 1 to 9999"),
        ("m,host=a temp=1\nm,host=a temp=2 1 1", "lines 'line 2': expected the end of the line"),
        ("m,host=a temp=1.5i", "lines 'line 1': a whole number has no fraction and no exponent"),
        ("m,host=a temp=warm", "lines 'line 1': 'warm' is no value"),
        ("m,host=a temp=\"warm\"", "lines 'temp': expected a number, found a text"),
        ("m,host=a site=\"warm", "lines 'line 1': ends inside of a text"),
        ("m,host=a temp=1,temp=2", "lines 'temp': stands here a second time"),
        ("m temp=1", "lines 'host': the device is missing"),
        ("m,host=a temp=1,y=2", "lines 'y': there is no such column"),
        ("m,host=a disk=1", "lines 'disk': there is no such column"),
    ])
    func `a bad line is refused with the reason`(text: String, reason: String) throws {
        #expect(refusal(try decoder(PayloadSettings(deviceField: "host", unknown: .refused)), text) == reason)
    }

    @Test func `settings that cannot be meant are refused`() throws {
        #expect(throws: StreamError.self) { try LinePayload(payloadSchema(), PayloadSettings(timeField: "at")) }
        #expect(throws: StreamError("lines", "there is no column of texts for the measurement", at: "temp")) {
            try LinePayload(payloadSchema(), measurement: "temp")
        }
    }
}
