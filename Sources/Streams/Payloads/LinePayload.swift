/// Events in the line protocol of InfluxDB: `weather,site=a temperature=21.5,ok=t 1556813561098000000`, one a line.
///
/// Tags and fields are columns by their names, or by the measurement's and theirs: `weather.temperature`. Times are in nanoseconds unless the
/// settings name another unit; a line without one happened when it arrived. The settings' device field may be a tag or a field. Lines
/// that begin with `#` are comments.
public struct LinePayload: PayloadDecoder {
    private var rows: RowWriter
    private let measurement: Int?
    private let unit: EpochUnit

    /// - Parameter measurement: the column of texts that takes the measurement's name.
    public init(_ schema: EventSchema, _ settings: PayloadSettings = PayloadSettings(), measurement: String? = nil) throws {
        guard settings.timeField == nil else { throw StreamError("lines", "a line says its time at its end, not in a field") }
        rows = try RowWriter("lines", schema, settings)
        unit = settings.timeUnit ?? .nanoseconds
        switch measurement.map({ ($0, schema.place($0)) }) {
        case nil: self.measurement = nil
        case (_, .text(let place))?: self.measurement = place
        case (let name, _)?: throw StreamError("lines", "there is no column of texts for the measurement", at: name)
        }
    }

    public var schema: EventSchema { rows.schema }

    public mutating func decode(_ payload: UnsafeRawBufferPointer, from origin: PayloadOrigin, into batch: inout EventBatch) throws -> Int {
        let (measurement, unit) = (measurement, unit)
        return try rows.decode(payload, from: origin, into: &batch) { rows, batch in
            guard let start = payload.baseAddress else { return }
            var scanner = LineScanner(start.assumingMemoryBound(to: UInt8.self), count: payload.count, measurement: measurement, unit: unit)
            try scanner.message(&rows, &batch)
        }
    }
}
