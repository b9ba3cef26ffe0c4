/// What is known of a message before it is read: it fills in for what the message does not say.
public struct PayloadOrigin: Hashable, Sendable {
    /// Whose it is, say by its topic.
    public var device: String
    /// When it arrived, in microseconds since 1970.
    public var time: Int64
    /// Where its first event stands in the source.
    public var place: SourcePlace

    public init(device: String = "", time: Int64 = 0, at place: SourcePlace = SourcePlace(offset: 0)) {
        self.device = device
        self.time = time
        self.place = place
    }
}
