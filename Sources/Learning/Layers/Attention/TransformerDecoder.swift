public import Engine

/// Decoder blocks one after the other, with a last normalisation where the blocks normalise their inputs.
public struct TransformerDecoder: Module {
    public let blocks: [TransformerDecoderBlock]
    public let norm: LayerNorm?

    public init(_ width: Int, heads: Int, blocks: Int, options: TransformerOptions = TransformerOptions()) {
        self.blocks = (0..<blocks).map { _ in TransformerDecoderBlock(width, heads: heads, options: options) }
        norm = options.isPreNorm ? options.norm(width) : nil
    }

    /// Arguments as of `TransformerDecoderBlock`: [batch, time, width] and a memory [batch, keys, width] → [batch, time, width].
    public func callAsFunction(
        _ x: Tensor, memory: Tensor, _ pass: inout Pass, mask: Tensor? = nil, keyMask: Tensor? = nil, memoryMask: Tensor? = nil,
        isCausal: Bool = true
    ) -> Tensor {
        var x = x
        for (place, block) in blocks.enumerated() {
            x = Scope.named("blocks.\(place)") {
                block(x, memory: memory, &pass, mask: mask, keyMask: keyMask, memoryMask: memoryMask, isCausal: isCausal)
            }
        }
        return norm.map { $0(x) } ?? x
    }
}
