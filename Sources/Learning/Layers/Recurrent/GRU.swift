public import Engine

/// Gated recurrent units: r, z = σ(W x + U h + b), n = tanh(W x + b + r (U h + b')), h' = (1 - z) n + z h.
///
/// Cho et al. (2014); gates in the order r, z, n.
public struct GRU: RecurrentModule {
    public let layers: [RecurrentLayer]
    public let dropout: Double
    public var kind: RecurrentKind { .gru }

    /// - Parameters:
    ///   - inputs: extent of the input's last axis.
    ///   - hidden: units of each layer in each direction.
    ///   - layers: layers one above the other.
    ///   - isBidirectional: whether each layer also reads the sequence from its end; upper layers receive both results side by side.
    ///   - dropout: the rate at which elements are dropped between layers in training.
    ///   - initialization: `.glorot`: weights of the inputs by Glorot's rule, those of the states orthogonal, biases 0;
    ///     `.torch`: everything uniform in ±1 ∕ √hidden.
    public init(
        _ inputs: Int, _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false, dropout: Double = 0, bias: Bool = true,
        initialization: Initialization = .glorot
    ) {
        self.dropout = validated(dropout, "gru")
        self.layers = Self.makeLayers(.gru, inputs, hidden, layers, isBidirectional, bias, initialization)
    }
}
