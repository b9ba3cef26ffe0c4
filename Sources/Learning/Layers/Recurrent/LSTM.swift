public import Engine

/// Long short-term memory: i, f, o = σ(W x + U h + b), g = tanh(…), c' = f c + i g, h' = o tanh(c').
///
/// Hochreiter and Schmidhuber (1997); gates in the order i, f, g, o.
public struct LSTM: RecurrentModule {
    public let layers: [RecurrentLayer]
    public let dropout: Double
    public var kind: RecurrentKind { .lstm }

    /// - Parameters:
    ///   - inputs: extent of the input's last axis.
    ///   - hidden: units of each layer in each direction.
    ///   - layers: layers one above the other.
    ///   - isBidirectional: whether each layer also reads the sequence from its end; upper layers receive both results side by side.
    ///   - dropout: the rate at which elements are dropped between layers in training.
    ///   - initialization: `.glorot`: weights of the inputs by Glorot's rule, those of the states orthogonal, biases 0 but 1 for the forget gate;
    ///     `.torch`: everything uniform in ±1 ∕ √hidden.
    public init(
        _ inputs: Int, _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false, dropout: Double = 0, bias: Bool = true,
        initialization: Initialization = .glorot
    ) {
        self.dropout = validated(dropout, "lstm")
        self.layers = Self.makeLayers(.lstm, inputs, hidden, layers, isBidirectional, bias, initialization)
    }
}
