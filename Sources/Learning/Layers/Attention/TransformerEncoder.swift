public import Engine

/// Encoder blocks one after the other, with a last normalisation where the blocks normalise their inputs.
///
///     let encoder = TransformerEncoder(256, heads: 8, blocks: 4)
///     let y = encoder(encoding(x), &pass, keyMask: isWord)    // [batch, time, 256]
///     let maps = encoder.maps(encoding(x))                    // a map [batch, heads, time, time] for each block
public struct TransformerEncoder: Layer {
    public let blocks: [TransformerEncoderBlock]
    public let norm: LayerNorm?

    public init(_ width: Int, heads: Int, blocks: Int, options: TransformerOptions = TransformerOptions()) {
        self.blocks = (0..<blocks).map { _ in TransformerEncoderBlock(width, heads: heads, options: options) }
        norm = options.isPreNorm ? options.norm(width) : nil
    }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor { self(x, &pass, mask: nil) }

    /// Masks as in `MultiHeadAttention`; with `isCausal` it is the decoder of a language model.
    public func callAsFunction(
        _ x: Tensor, _ pass: inout Pass, mask: Tensor?, keyMask: Tensor? = nil, isCausal: Bool = false
    ) -> Tensor {
        var x = x
        for (place, block) in blocks.enumerated() {
            x = Scope.named("blocks.\(place)") { block(x, &pass, mask: mask, keyMask: keyMask, isCausal: isCausal) }
        }
        return norm.map { $0(x) } ?? x
    }

    /// The attention map of each block in inference: [batch, heads, time, time].
    public func maps(_ x: Tensor, mask: Tensor? = nil, keyMask: Tensor? = nil, isCausal: Bool = false) -> [Tensor] {
        var x = x
        var pass = Pass.inference
        return blocks.map { block in
            defer { x = block(x, &pass, mask: mask, keyMask: keyMask, isCausal: isCausal) }
            return block.map(x, mask: mask, keyMask: keyMask, isCausal: isCausal)
        }
    }

    public func check(_ input: TensorType) throws { try blocks.first?.check(input) }
}
