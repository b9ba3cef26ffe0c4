/// The last events of an entity as one sample.
///
/// In JSON `{"length": 30, "stride": 1, "pad": false}`. The first window of an entity is complete after `length` events, the next ones
/// every `stride` events. With `pad` it begins at the first event, and rows that are not there are zeros in front.
public struct WindowDefinition: Sendable, Hashable {
    public let length: Int
    public let stride: Int
    public let pads: Bool

    public init(length: Int, stride: Int = 1, pads: Bool = false) {
        self.length = length
        self.stride = stride
        self.pads = pads
    }
}

extension WindowDefinition: Codable {
    public init(from decoder: any Decoder) throws {
        let record = try Record(decoder, called: "window", keys: ["length", "stride", "pad"])
        length = try record.required("length")
        stride = try record.optional("stride") ?? 1
        pads = try record.optional("pad") ?? false
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Record.Key.self)
        try container.write("length", length)
        try container.write("stride", stride)
        try container.write("pad", pads)
    }
}
