/// Events as JSON texts: an object is an event, an array of objects several.
///
/// Fields inside of objects and arrays have dotted names: `{"gps": {"lat": 1}, "acc": [2, 3]}` fills the columns `gps.lat`, `acc.0` and
/// `acc.1`. Truth values are numbers, numbers in columns of texts are taken as they are written; null and the texts `nan` and `inf` in a
/// column of numbers mean that it is missing. What nobody wants is checked for its form and passed over.
public struct JSONPayload: PayloadDecoder {
    private var rows: RowWriter

    public init(_ schema: EventSchema, _ settings: PayloadSettings = PayloadSettings()) throws {
        rows = try RowWriter("json", schema, settings)
    }

    public var schema: EventSchema { rows.schema }

    public mutating func decode(_ payload: UnsafeRawBufferPointer, from origin: PayloadOrigin, into batch: inout EventBatch) throws -> Int {
        try rows.decode(payload, from: origin, into: &batch) { rows, batch in
            guard let start = payload.baseAddress else { throw rows.error("expected an object or an array of objects", at: "byte 0") }
            var scanner = JSONScanner(start.assumingMemoryBound(to: UInt8.self), count: payload.count)
            try scanner.message(&rows, &batch)
        }
    }
}
