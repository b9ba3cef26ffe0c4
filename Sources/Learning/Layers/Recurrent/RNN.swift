public import Engine

/// The plain recurrent layer: h' = tanh(W x + U h + b), or the positive part instead of tanh.
///
/// Elman, "Finding Structure in Time" (1990).
public struct RNN: RecurrentModule {
    public let layers: [RecurrentLayer]
    public let dropout: Double
    public let kind: RecurrentKind

    /// - Parameters:
    ///   - inputs: extent of the input's last axis.
    ///   - hidden: units of each layer in each direction.
    ///   - layers: layers one above the other.
    ///   - isBidirectional: whether each layer also reads the sequence from its end; upper layers receive both results side by side.
    ///   - dropout: the rate at which elements are dropped between layers in training.
    ///   - isRectified: whether the positive part is taken instead of tanh.
    ///   - initialization: `.glorot`: weights of the inputs by Glorot's rule, those of the states orthogonal, biases 0;
    ///     `.torch`: everything uniform in ±1 ∕ √hidden.
    public init(
        _ inputs: Int, _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false, dropout: Double = 0, isRectified: Bool = false,
        bias: Bool = true,
        initialization: Initialization = .glorot
    ) {
        self.dropout = validated(dropout, "rnn")
        kind = isRectified ? .relu : .tanh
        self.layers = Self.makeLayers(kind, inputs, hidden, layers, isBidirectional, bias, initialization)
    }
}
