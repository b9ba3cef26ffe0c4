public import Features

extension EventBatch {
    /// Appends a row of another batch of the same schema.
    public mutating func append(_ other: EventBatch, row: Int) {
        append(
            device: other.devices[row], time: other.times[row], at: other.places[row],
            numbers: other.numbers[row * schema.numbers.count..<(row + 1) * schema.numbers.count],
            texts: other.texts[row * schema.texts.count..<(row + 1) * schema.texts.count])
    }

    /// The rows as features take them.
    public var flat: FlatEvents { FlatEvents(devices: devices, times: times, numbers: numbers, texts: texts) }
}

extension StateWriter {
    /// Events of a schema that the reader knows.
    mutating func write(rows batch: EventBatch) {
        write(batch.count)
        write(batch.schema.numbers.count)
        write(batch.schema.texts.count)
        for device in batch.devices { write(device) }
        write(batch.times)
        write(batch.places.map(\.part))
        write(batch.places.map(\.offset))
        write(batch.numbers)
        for text in batch.texts {
            write(text != nil)
            if let text { write(text) }
        }
    }
}

extension StateReader {
    mutating func rows(_ schema: EventSchema, limit: Int) throws -> EventBatch {
        let count = try int("rows", in: 0...limit)
        _ = try int("numbers", in: schema.numbers.count...schema.numbers.count)
        _ = try int("texts", in: schema.texts.count...schema.texts.count)
        let devices = try (0..<count).map { _ in try text("device") }
        let times = try numbers(Int64.self, "times", count: count)
        let parts = try numbers(Int32.self, "parts", count: count), offsets = try numbers(UInt64.self, "offsets", count: count)
        let values = try numbers(Double.self, "numbers", count: count * schema.numbers.count)
        let texts = try (0..<count * schema.texts.count).map { _ in try truth("text is there") ? try text("text") : nil }
        var batch = EventBatch(schema)
        for row in 0..<count {
            batch.append(
                device: devices[row], time: times[row], at: SourcePlace(part: parts[row], offset: offsets[row]),
                numbers: values[row * schema.numbers.count..<(row + 1) * schema.numbers.count],
                texts: texts[row * schema.texts.count..<(row + 1) * schema.texts.count])
        }
        return batch
    }
}
