/// One bar of a reliability diagram: the samples whose confidence lies in [low, high).
public struct ReliabilityBin: Hashable, Sendable {
    public let low: Double
    public let high: Double
    public let count: Int
    /// The mean confidence; NaN without samples.
    public let confidence: Double
    /// The share of them whose label is predicted; NaN without samples.
    public let accuracy: Double
}
