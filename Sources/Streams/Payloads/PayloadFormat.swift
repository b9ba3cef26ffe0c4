/// The formats of messages by their names, for settings that are text.
public enum PayloadFormat: String, Hashable, Sendable, CaseIterable {
    case json
    case cbor
    /// SenML as JSON (RFC 8428).
    case senml
    /// SenML as CBOR.
    case senmlCBOR = "senml-cbor"
    /// The line protocol of InfluxDB.
    case lines

    /// A decoder of this format. Raw columns have none: `RawPayload` needs their layout.
    public func decoder(_ schema: EventSchema, _ settings: PayloadSettings = PayloadSettings()) throws -> any PayloadDecoder {
        switch self {
        case .json: try JSONPayload(schema, settings)
        case .cbor: try CBORPayload(schema, settings)
        case .senml: try SenMLPayload(schema, .json, settings)
        case .senmlCBOR: try SenMLPayload(schema, .cbor, settings)
        case .lines: try LinePayload(schema, settings)
        }
    }
}
