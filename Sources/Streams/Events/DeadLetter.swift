/// Something that came and cannot be used, with the reason: kept, counted, never lost.
public struct DeadLetter: Sendable, Hashable {
    public let place: SourcePlace
    /// Whose it is; empty where it does not say.
    public let device: String
    /// When it happened, in microseconds since 1970; nil where it does not say.
    public let time: Int64?
    /// What was wrong, such as `json 'body': ends in the middle`.
    public let reason: String
    /// What came, cut to `most` bytes.
    public let payload: [UInt8]

    /// Bytes of a payload that are kept.
    public static let most = 1 << 16

    public init(at place: SourcePlace, device: String = "", time: Int64? = nil, reason: String, payload: some Collection<UInt8> = []) {
        self.place = place
        self.device = device
        self.time = time
        self.reason = reason
        self.payload = Array(payload.prefix(Self.most))
    }
}
