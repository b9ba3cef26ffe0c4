/// Watches one number per event and says when their distribution changes.
///
/// Memory and time per event are bounded. A value that is not finite changes nothing but the count `refused`.
public protocol DriftDetector: StreamState, Sendable {
    /// The name that recipes and reports use.
    static var name: String { get }

    /// Takes the next value.
    mutating func on(_ value: Double) -> DriftState

    /// How many values were not finite and therefore left out.
    var refused: Int { get }

    /// What this detector holds at most, in bytes, however long the stream is.
    var memoryLimit: Int { get }

    /// What it holds now.
    var memoryBytes: Int { get }
}
