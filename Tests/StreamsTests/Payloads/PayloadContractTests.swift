import Features
import Formats
import Streams
import TestKit
import Testing

@Suite struct PayloadContractTests {
    /// The same two events in every format.
    private func subjects() throws -> [(name: String, decoder: any PayloadDecoder, payload: [UInt8])] {
        let schema = try EventSchema([ColumnDefinition("temp"), ColumnDefinition("load"), ColumnDefinition("state", .string)])
        let fields = PayloadSettings(deviceField: "id", timeField: "at")
        let json = #"[{"id":"a","at":1700000000,"temp":21.5,"load":-3,"state":"on"},{"id":"b","at":1700000001.5,"temp":0.1,"state":"ö"}]"#
        let senml = """
            [{"bn":"a/","bt":1700000000,"n":"temp","v":21.5},{"n":"load","v":-3},{"n":"state","vs":"on"},
             {"bn":"b/","bt":1700000001.5,"n":"temp","v":0.1},{"n":"state","vs":"ö"}]
            """
        let lines = "m,id=a,state=on temp=21.5,load=-3i 1700000000000000000\nm,id=b temp=0.1,state=\"ö\" 1700000001500000000\n"
        return [
            ("json", try PayloadFormat.json.decoder(schema, fields), Array(json.utf8)),
            ("cbor", try PayloadFormat.cbor.decoder(schema, fields), CBOR(try JSON(parsing: json)).encoded()),
            ("senml", try PayloadFormat.senml.decoder(schema), Array(senml.utf8)),
            ("senml-cbor", try PayloadFormat.senmlCBOR.decoder(schema), CBOR(try JSON(parsing: senml)).encoded()),
            ("lines", try PayloadFormat.lines.decoder(schema, PayloadSettings(deviceField: "id")), Array(lines.utf8)),
        ]
    }

    @Test func `every format says the same`() throws {
        for (name, decoder, payload) in try subjects() {
            #expect(try rows(decoder, payload) == ["a 1700000000000000 21.5 -3 on", "b 1700000001500000 0.1 - ö"], "\(name)")
        }
        #expect(PayloadFormat.allCases.map(\.rawValue) == (try subjects()).map(\.name))
    }

    @Test func `every decoder keeps the contract`() throws {
        for (name, decoder, payload) in try subjects() { #expect(PayloadContract.violations(decoder, payload) == [], "\(name)") }
        let raw = try RawPayload(EventSchema([ColumnDefinition("x")]), [RawColumn("x", .f32), RawColumn(.i64, .time(.nanoseconds))])
        #expect(PayloadContract.violations(raw, Array(repeating: 1, count: 12) + Array(repeating: 0, count: 12)) == [])
        #expect(PayloadContract.checks.count == 5)
    }

    /// Appends a row before it looks at the message, and counts what it has seen.
    private struct Careless: PayloadDecoder {
        let schema: EventSchema
        var seen = 0

        mutating func decode(_ payload: UnsafeRawBufferPointer, from origin: PayloadOrigin, into batch: inout EventBatch) throws -> Int {
            batch.append(device: origin.device, time: origin.time, at: SourcePlace(offset: 0))
            seen += 1
            batch.setNumber(0, Double(seen))
            if payload.first != 1 { throw StreamError("careless", "is not 1") }
            return 1
        }
    }

    @Test func `a careless decoder fails`() throws {
        let found = PayloadContract.violations(Careless(schema: try EventSchema([ColumnDefinition("x")])), [1, 2, 3])
        #expect(found.map { $0.prefix { $0 != ":" } } == ["places", "repetition", "cut", "damage"])
    }
}
