import Features
import Formats
import Streams

/// The columns of most tests here.
func payloadSchema() throws -> EventSchema {
    try EventSchema([
        ColumnDefinition("temp"), ColumnDefinition("gps.lat"), ColumnDefinition("acc.0"), ColumnDefinition("acc.1"),
        ColumnDefinition("on"), ColumnDefinition("state", .string), ColumnDefinition("made", .timestamp),
    ])
}

let payloadSettings = PayloadSettings(deviceField: "id", timeField: "at", timeUnit: .milliseconds)

/// The rows of a message as texts: device, time, numbers, texts.
func rows(_ decoder: any PayloadDecoder, _ payload: [UInt8], from origin: PayloadOrigin = PayloadOrigin(device: "o", time: 7)) throws
    -> [String]
{
    var decoder = decoder, batch = EventBatch(decoder.schema)
    _ = try decoder.decode(payload, from: origin, into: &batch)
    return (0..<batch.count).map { row in
        let numbers = batch.schema.numbers.indices.map { place in
            let number = batch.number(row, place)
            return number.isNaN ? "-" : number == number.rounded() && abs(number) < 1e18 ? "\(Int(number))" : "\(number)"
        }
        let texts = batch.schema.texts.indices.map { batch.text(row, $0) ?? "-" }
        return ([batch.devices[row], "\(batch.times[row])"] + numbers + texts).joined(separator: " ")
    }
}

func rows(_ decoder: any PayloadDecoder, _ payload: String, from origin: PayloadOrigin = PayloadOrigin(device: "o", time: 7)) throws
    -> [String]
{
    try rows(decoder, Array(payload.utf8), from: origin)
}

/// The text of the error that a message leads to.
func refusal(_ decoder: any PayloadDecoder, _ payload: [UInt8]) -> String? {
    do { _ = try rows(decoder, payload) } catch { return "\(error)" }
    return nil
}

func refusal(_ decoder: any PayloadDecoder, _ payload: String) -> String? { refusal(decoder, Array(payload.utf8)) }
