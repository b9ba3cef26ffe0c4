public import Engine

/// Queries look at keys and take values, in several heads: softmax(q kᵀ ∕ √width) v, with projections before and after.
///
///     let attention = MultiHeadAttention(256, heads: 8)
///     let y = attention(x, isCausal: true)              // self-attention: [batch, time, 256]
///     let z = attention(y, context: memory)             // cross-attention
///
/// Vaswani et al., "Attention Is All You Need" (2017).
public struct MultiHeadAttention: Module {
    public let query: Linear
    public let key: Linear
    public let value: Linear
    public let output: Linear
    public let heads: Int
    /// Heads of keys and values, which the heads of the queries share in equal groups.
    public let keyHeads: Int
    /// The rate at which a query's look at a key is dropped in training.
    public let dropout: Double
    /// Turns queries and keys by their places.
    public let rotary: RotaryEncoding?

    /// - Parameters:
    ///   - width: extent of the last axis of queries and results; a multiple of `heads`.
    ///   - heads: looks that are taken side by side, each of width ∕ heads.
    ///   - keyHeads: fewer heads for keys and values (grouped queries, Ainslie et al. 2023); as many as `heads` if left out.
    ///   - contextWidth: extent of the last axis of what is looked at; `width` if left out.
    ///   - bias: whether the projections have biases.
    ///   - dropout: the rate at which a query's look at a key is dropped in training.
    ///   - rotary: turns queries and keys by their places (Su et al. 2021).
    public init(
        _ width: Int, heads: Int, keyHeads: Int? = nil, contextWidth: Int? = nil, bias: Bool = true, dropout: Double = 0,
        rotary: RotaryEncoding? = nil, initialization: Initialization = .glorot
    ) {
        let keyHeads = keyHeads ?? heads
        guard heads > 0, keyHeads > 0, width > 0, width % heads == 0, heads % keyHeads == 0 else {
            trap(EngineError("attention", "a width of \(width) does not divide into \(heads) heads that share \(keyHeads)"))
        }
        let inside = contextWidth ?? width, projected = width / heads * keyHeads
        // PyTorch draws the three projections as one matrix, if their widths agree, and its biases are zero.
        func rules(_ fanIn: Int, _ fanOut: Int) -> Initialization {
            guard case .torch = initialization else { return initialization }
            return .custom(weight: .uniform((6 / Double(fanIn + fanOut)).squareRoot()))
        }
        let isOne = inside == width && projected == width
        query = Linear(width, width, bias: bias, initialization: rules(width, isOne ? 3 * width : width))
        key = Linear(inside, projected, bias: bias, initialization: rules(inside, isOne ? 3 * width : projected))
        value = Linear(inside, projected, bias: bias, initialization: rules(inside, isOne ? 3 * width : projected))
        if case .torch = initialization {
            output = Linear(width, width, bias: bias, initialization: .custom(weight: .fanInUniform))
        } else {
            output = Linear(width, width, bias: bias, initialization: initialization)
        }
        self.heads = heads
        self.keyHeads = keyHeads
        self.dropout = validated(dropout, "attention")
        self.rotary = rotary
    }

    /// - Parameters:
    ///   - x: the queries: [batch, time, width].
    ///   - context: what is looked at: [batch, keys, context width]; `x` itself if left out.
    ///   - mask: broadcasts to [batch, heads, queries, keys]: where bool, true lets a query look; numbers are added to the scores.
    ///   - keyMask: [batch, keys] bool: which keys there are; padding is false.
    ///   - isCausal: query i sees the keys 0 ... i.
    /// - Returns: [batch, time, width].
    public func callAsFunction(
        _ x: Tensor, _ pass: inout Pass, context: Tensor? = nil, mask: Tensor? = nil, keyMask: Tensor? = nil, isCausal: Bool = false
    ) -> Tensor {
        guard pass.isTraining && dropout > 0 else { return attend(x, context, mask, keyMask, isCausal) }
        let (q, k, v) = project(x, context)
        let looks = attentionWeights(q, k, mask: joined(mask, keyMask), isCausal: isCausal).dropout(dropout, key: pass.key())
        let values = keyHeads == heads ? v : v.repeated(heads / keyHeads, 2)
        let y = matmul(looks, values.transposed([0, 2, 1, 3])).transposed([0, 2, 1, 3])  // [batch, queries, heads, width ∕ heads]
        return output(y.reshaped(x.shape))
    }

    /// The call without a pass, of attention that drops nothing.
    public func callAsFunction(
        _ x: Tensor, context: Tensor? = nil, mask: Tensor? = nil, keyMask: Tensor? = nil, isCausal: Bool = false
    ) -> Tensor {
        if dropout > 0 { trap(EngineError("attention", "it drops looks in training: call it with the pass")) }
        return attend(x, context, mask, keyMask, isCausal)
    }

    /// The attention map: how much each query looks at each key: [batch, heads, queries, keys], in rows that add up to 1.
    public func map(
        _ x: Tensor, context: Tensor? = nil, mask: Tensor? = nil, keyMask: Tensor? = nil, isCausal: Bool = false
    ) -> Tensor {
        let (q, k, _) = project(x, context)
        return attentionWeights(q, k, mask: joined(mask, keyMask), isCausal: isCausal)
    }

    /// Refuses what the attention cannot take.
    ///
    /// - Throws: an `EngineError` that names the module, the reason and the operands.
    public func check(_ input: TensorType, context: TensorType? = nil) throws {
        let inside = key.weight.shape[1], width = query.weight.shape[1]
        try query.weight.scope {
            guard input.shape.rank == 3, input.shape[2] == width else {
                throw EngineError("attention", "takes queries [batch, time, \(width)]", operands: [input])
            }
            let context = context ?? input
            guard context.shape.rank == 3, context.shape[2] == inside, context.shape[0] == input.shape[0] else {
                throw EngineError("attention", "takes a context [\(input.shape[0]), keys, \(inside)]", operands: [input, context])
            }
        }
    }

    private func attend(_ x: Tensor, _ context: Tensor?, _ mask: Tensor?, _ keyMask: Tensor?, _ isCausal: Bool) -> Tensor {
        let (q, k, v) = project(x, context)
        let y = query.weight.scope { attention(q, k, v, mask: joined(mask, keyMask), isCausal: isCausal) }
        return output(y.reshaped(x.shape))
    }

    /// Queries [batch, queries, heads, width ∕ heads], keys and values [batch, keys, key heads, width ∕ heads].
    private func project(_ x: Tensor, _ context: Tensor?) -> (q: Tensor, k: Tensor, v: Tensor) {
        do { try check(x.type, context: context?.type) } catch { trap(error) }
        let seen = context ?? x
        func split(_ x: Tensor, _ heads: Int) -> Tensor { x.reshaped([x.shape[0], x.shape[1], heads, x.shape[2] / heads]) }
        let q = split(query(x), heads), k = split(key(seen), keyHeads), v = split(value(seen), keyHeads)
        guard let rotary else { return (q, k, v) }
        return (rotary(q), rotary(k), v)
    }

    /// Both masks in one.
    private func joined(_ mask: Tensor?, _ keyMask: Tensor?) -> Tensor? {
        guard let keyMask else { return mask }
        guard keyMask.rank == 2, keyMask.dtype == .bool else {
            trap(EngineError("attention", "the key mask must be bool [batch, keys]", operands: [keyMask.type]))
        }
        let present = keyMask.reshaped([keyMask.shape[0], 1, 1, keyMask.shape[1]])
        guard let mask else { return present }
        if mask.dtype == .bool { return mask.and(present) }
        return select(present, mask, .fill(-.infinity, [], mask.dtype))
    }
}
