public import Formats

/// How the weights of a bundle came about.
public struct TrainingRecord: Hashable, Sendable, Codable {
    /// The hash of the data.
    public var data: String?
    public var seed: UInt64?
    /// Values by name, such as `test/accuracy`.
    public var metrics: [String: Double]
    /// Versions of what took part, such as `millrace`, `oneDNN`.
    public var versions: [String: String]
    /// The identity of the bundle whose weights the training began with.
    public var parent: String?
    /// Seconds since 1970.
    public var finished: Double?
    /// Anything else: the recipe, durations, baselines.
    public var notes: JSON.Object

    public init(
        data: String? = nil, seed: UInt64? = nil, metrics: [String: Double] = [:], versions: [String: String] = [:], parent: String? = nil,
        finished: Double? = nil, notes: JSON.Object = [:]
    ) {
        self.data = data
        self.seed = seed
        self.metrics = metrics
        self.versions = versions
        self.parent = parent
        self.finished = finished
        self.notes = notes
    }
}
