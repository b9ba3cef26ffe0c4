/// Says how unusual each event is and learns what is usual, in bounded memory and time.
///
/// A row with a number that is not finite is not learned, only counted in `refused`; its score is 1.
public protocol AnomalyScorer: StreamState, Sendable {
    static var name: String { get }
    /// Numbers of a row.
    var features: Int { get }
    /// From 0, usual, to 1, unlike anything.
    func score(_ row: [Float]) -> Float
    mutating func learn(_ row: [Float])
    var refused: Int { get }
    var memoryLimit: Int { get }
    var memoryBytes: Int { get }
}
