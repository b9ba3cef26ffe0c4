/// A window that has closed.
public struct WindowResult: Sendable, Hashable {
    public let key: String
    /// In microseconds since 1970; the end does not belong to the window.
    public let start: Int64
    public let end: Int64
    /// How many events it holds.
    public let count: Int
    /// The aggregates in their order; not-a-number where there are too few values.
    public let values: [Double]
    /// Whether the window was told before, and a late event has changed it since.
    public let isUpdate: Bool
    /// Whether it was closed before its time because too many windows were open.
    public let isForced: Bool
}
