/// One way to explain suspicious rows.
struct FaultHypothesis {
    /// The place of the sensor among the active ones.
    let index: Int
    let kind: FaultKind
    /// The row in which it begins.
    let onset: Int
    /// The row after its last one.
    let end: Int
    /// How badly it explains the rows: twice the negative logarithm of a likelihood with heavy tails. Smaller is better.
    var cost = Double.infinity
}
