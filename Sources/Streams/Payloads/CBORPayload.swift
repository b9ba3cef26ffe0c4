import Formats

/// Events as CBOR (RFC 8949): a map is an event, an array of maps several.
///
/// Fields are found as in JSON; a key that is a whole number has its digits as its name. A time under tag 0 is a text and under tag 1 a number
/// of seconds, whatever unit the settings name; other tags are passed over.
public struct CBORPayload: PayloadDecoder {
    private var rows: RowWriter

    public init(_ schema: EventSchema, _ settings: PayloadSettings = PayloadSettings()) throws {
        rows = try RowWriter("cbor", schema, settings)
    }

    public var schema: EventSchema { rows.schema }

    public mutating func decode(_ payload: UnsafeRawBufferPointer, from origin: PayloadOrigin, into batch: inout EventBatch) throws -> Int {
        try rows.decode(payload, from: origin, into: &batch) { rows, batch in
            var scanner = CBORScanner(reader: CBORReader(payload))
            do {
                try scanner.message(&rows, &batch)
            } catch let error as FormatError {
                throw rows.error(error.reason, at: error.place)
            }
        }
    }
}
