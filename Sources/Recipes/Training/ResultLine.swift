public import Formats

/// The outcome of a recipe, as one line of JSON.
public struct ResultLine: Hashable, Sendable, Codable {
    public var recipe: String
    public var metric: String
    /// The mean over the runs.
    public var value: Double
    /// Of the mean: over samples and runs.
    public var ci: [Double]
    /// Each run's own value.
    public var runs: [Double]
    public var seeds: Int
    public var floor: Double?
    /// The best shallow model on the same samples, its name and what the deep one is above it, with the paired interval.
    public var baseline: Double?
    public var baselineName: String?
    public var difference: [Double]?
    public var published: [String: Double]?
    public var also: [String: Double]?
    public var seconds: Double

    public var json: JSON { get throws { try JSON(encoding: self) } }
}
