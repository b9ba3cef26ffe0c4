public import Engine

/// What a recurrent module makes of sequences.
public struct RecurrentOutput: Sendable {
    /// The results of the top layer at all steps: [batch, time, directions · hidden].
    public let steps: Tensor
    /// The states after the last step, in the order of layers, then directions; as a module takes them as `initial`.
    public let last: [RecurrentState]
    /// Directions of each layer.
    let directions: Int

    /// The hidden states of the top layer after the last step, directions side by side: [batch, directions · hidden].
    public var summary: Tensor { directions == 1 ? last[last.count - 1].hidden : concatenate(last.suffix(directions).map(\.hidden), 1) }
}
