public import Engine

/// Self-attention and feed-forward layers, each added to its input and normalised: [batch, time, width] → the same.
///
/// Vaswani et al., "Attention Is All You Need" (2017).
public struct TransformerEncoderBlock: Layer {
    public let attention: MultiHeadAttention
    public let attentionNorm: LayerNorm
    public let feedForward: FeedForward
    public let feedForwardNorm: LayerNorm
    public let dropout: Dropout
    public let options: TransformerOptions

    public init(_ width: Int, heads: Int, options: TransformerOptions = TransformerOptions()) {
        attention = options.attention(width, heads: heads, rotary: options.rotary)
        attentionNorm = options.norm(width)
        feedForward = options.feedForward(width)
        feedForwardNorm = options.norm(width)
        dropout = Dropout(options.dropout)
        self.options = options
    }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor { self(x, &pass, mask: nil) }

    /// Masks as in `MultiHeadAttention`.
    public func callAsFunction(
        _ x: Tensor, _ pass: inout Pass, mask: Tensor?, keyMask: Tensor? = nil, isCausal: Bool = false
    ) -> Tensor {
        let seen = options.adding(x, attentionNorm, dropout, &pass) { x, pass in
            attention(x, &pass, mask: mask, keyMask: keyMask, isCausal: isCausal)
        }
        return options.adding(seen, feedForwardNorm, dropout, &pass) { x, pass in feedForward(x, &pass) }
    }

    /// How much each step looks at each other in this block: [batch, heads, time, time].
    public func map(_ x: Tensor, mask: Tensor? = nil, keyMask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
        attention.map(options.isPreNorm ? attentionNorm(x) : x, mask: mask, keyMask: keyMask, isCausal: isCausal)
    }

    public func check(_ input: TensorType) throws { try attention.check(input) }
}
