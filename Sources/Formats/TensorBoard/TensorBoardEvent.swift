/// What TensorBoard shows at one step: messages `Event` and `Summary` of TensorFlow.
struct TensorBoardEvent {
    /// Seconds since 1970.
    var time: Double
    var step: Int64
    var content: Content

    enum Content {
        case version
        case scalar(tag: String, Float)
        case histogram(tag: String, TensorBoardHistogram)
        case text(tag: String, String)
    }

    var bytes: [UInt8] {
        var event = ProtobufWriter()
        event.add(1, time)
        event.add(2, step)
        var value = ProtobufWriter()
        switch content {
        case .version:
            event.add(3, "brain.Event:2")
            return event.bytes
        case .scalar(let tag, let number):
            value.add(1, tag)
            value.add(2, number, isChosen: true)
        case .histogram(let tag, let histogram):
            value.add(1, tag)
            value.add(5, histogram.message)
        case .text(let tag, let text):
            value.add(1, tag)
            value.add(8, Self.tensor(of: text))
            value.add(9, Self.plugin("text"))
        }
        var summary = ProtobufWriter()
        summary.add(1, value)
        event.add(5, summary)
        return event.bytes
    }

    /// A tensor of one string.
    private static func tensor(of text: String) -> ProtobufWriter {
        var extent = ProtobufWriter(), shape = ProtobufWriter(), tensor = ProtobufWriter()
        extent.add(1, Int64(1))
        shape.add(2, extent)
        tensor.add(1, Int64(7))  // DT_STRING
        tensor.add(2, shape)
        tensor.add(8, text, isChosen: true)
        return tensor
    }

    private static func plugin(_ name: String) -> ProtobufWriter {
        var data = ProtobufWriter(), metadata = ProtobufWriter()
        data.add(1, name)
        metadata.add(1, data)
        return metadata
    }

    /// The step of an event that lies in a file.
    static func step(of event: UnsafeRawBufferPointer) throws -> Int64 {
        var reader = ProtobufReader(event)
        var step: Int64 = 0
        while let (field, value) = try reader.next() {
            if field == 2, case .variable(let number) = value { step = Int64(bitPattern: number) }
        }
        return step
    }
}
