public import Engine

/// Causal self-attention, attention to a memory, and feed-forward layers, each added to its input and normalised.
///
/// Vaswani et al., "Attention Is All You Need" (2017).
public struct TransformerDecoderBlock: Module {
    public let attention: MultiHeadAttention
    public let attentionNorm: LayerNorm
    public let memoryAttention: MultiHeadAttention
    public let memoryNorm: LayerNorm
    public let feedForward: FeedForward
    public let feedForwardNorm: LayerNorm
    public let dropout: Dropout
    public let options: TransformerOptions

    public init(_ width: Int, heads: Int, options: TransformerOptions = TransformerOptions()) {
        attention = options.attention(width, heads: heads, rotary: options.rotary)
        attentionNorm = options.norm(width)
        memoryAttention = options.attention(width, heads: heads)
        memoryNorm = options.norm(width)
        feedForward = options.feedForward(width)
        feedForwardNorm = options.norm(width)
        dropout = Dropout(options.dropout)
        self.options = options
    }

    /// - Parameters:
    ///   - x: [batch, time, width].
    ///   - memory: what the encoder made: [batch, keys, width].
    ///   - mask: between steps of `x`, as in `MultiHeadAttention`.
    ///   - keyMask: [batch, time] bool: which steps of `x` there are.
    ///   - memoryMask: [batch, keys] bool: which steps of the memory there are.
    ///   - isCausal: whether a step sees only those up to itself.
    public func callAsFunction(
        _ x: Tensor, memory: Tensor, _ pass: inout Pass, mask: Tensor? = nil, keyMask: Tensor? = nil, memoryMask: Tensor? = nil,
        isCausal: Bool = true
    ) -> Tensor {
        let own = options.adding(x, attentionNorm, dropout, &pass) { x, pass in
            attention(x, &pass, mask: mask, keyMask: keyMask, isCausal: isCausal)
        }
        let seen = options.adding(own, memoryNorm, dropout, &pass) { x, pass in
            memoryAttention(x, &pass, context: memory, keyMask: memoryMask)
        }
        return options.adding(seen, feedForwardNorm, dropout, &pass) { x, pass in feedForward(x, &pass) }
    }
}
