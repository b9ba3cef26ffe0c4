import Engine

/// What the blocks of a Transformer have in common.
public struct TransformerOptions: Sendable {
    /// Width of the feed-forward layers inside; four times the width if nil.
    public var hidden: Int?
    /// The rate at which elements are dropped in training: of looks, inside the feed-forward layers, and of what each part adds.
    public var dropout: Double
    public var activation: Activation
    /// Whether each part's input is normalised (Xiong et al. 2020) or the sum after it (Vaswani et al. 2017).
    public var isPreNorm: Bool
    /// ε of the normalisations.
    public var epsilon: Double
    public var bias: Bool
    /// Heads of keys and values; as many as heads if nil.
    public var keyHeads: Int?
    /// Turns queries and keys of self-attention by their places.
    public var rotary: RotaryEncoding?
    public var initialization: Initialization

    public init(
        hidden: Int? = nil, dropout: Double = 0.1, activation: Activation = .gelu, isPreNorm: Bool = true, epsilon: Double = 1e-5,
        bias: Bool = true, keyHeads: Int? = nil, rotary: RotaryEncoding? = nil, initialization: Initialization = .glorot
    ) {
        self.hidden = hidden
        self.dropout = dropout
        self.activation = activation
        self.isPreNorm = isPreNorm
        self.epsilon = epsilon
        self.bias = bias
        self.keyHeads = keyHeads
        self.rotary = rotary
        self.initialization = initialization
    }

    func attention(_ width: Int, heads: Int, rotary: RotaryEncoding? = nil) -> MultiHeadAttention {
        MultiHeadAttention(
            width, heads: heads, keyHeads: keyHeads, bias: bias, dropout: dropout, rotary: rotary, initialization: initialization)
    }

    func norm(_ width: Int) -> LayerNorm { LayerNorm(width, epsilon: epsilon, bias: bias) }

    func feedForward(_ width: Int) -> FeedForward {
        FeedForward(
            width, hidden: hidden ?? 4 * width, activation: activation, dropout: dropout, bias: bias, initialization: initialization)
    }

    /// x and what a part adds to it, with the normalisation before or after.
    func adding(
        _ x: Tensor, _ norm: LayerNorm, _ drop: Dropout, _ pass: inout Pass, _ part: (Tensor, inout Pass) -> Tensor
    ) -> Tensor {
        isPreNorm ? x + drop(part(norm(x), &pass), &pass) : norm(x + drop(part(x, &pass), &pass))
    }
}
