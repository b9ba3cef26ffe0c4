import CKernels

/// softmax(scale · q kᵀ + mask) v for every head: scaled dot-product attention.
///
/// - Parameter q: [batch, queries, heads, width].
/// - Parameter k: [batch, keys, key heads, width]; the heads of q share key heads in equal groups.
/// - Parameter v: [batch, keys, key heads, value width].
/// - Parameter mask: broadcast to [batch, heads, queries, keys]: where bool, true lets a query look; otherwise it is added
///   to the scores.
/// - Parameter scale: 1 / √width where nil.
/// - Parameter isCausal: query i sees the keys 0 ... i + `past`.
/// - Parameter past: number of keys before the first query, when the queries follow cached keys.
/// - Returns: [batch, queries, heads, value width]; 0 for a query that may look nowhere.
///
/// The matrix of scores is never stored: Dao et al., "FlashAttention" (2022).
public func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, scale: Double? = nil, isCausal: Bool = false, past: Int = 0
) -> Tensor {
    let op = Attention(scale: scale ?? Attention.scale(q.type), isCausal: isCausal, past: past, isFused: false, hasMask: mask != nil)
    return Tensor.makeAll(op, [q, k, v] + op.added(mask, to: q.dtype))[0]
}

/// Self-attention of queries, keys and values in one tensor [batch, time, 3, heads, width], as one projection makes them.
///
/// The same as `attention(q, k, v)` with the three slices, without copying them; the gradient is one tensor too.
public func attention(qkv: Tensor, mask: Tensor? = nil, scale: Double? = nil, isCausal: Bool = false) -> Tensor {
    let op = Attention(scale: scale ?? Attention.scale(qkv.type), isCausal: isCausal, past: 0, isFused: true, hasMask: mask != nil)
    return Tensor.makeAll(op, [qkv] + op.added(mask, to: qkv.dtype))[0]
}

/// The weights that `attention` gives the keys: [batch, heads, queries, keys]. For looking at; computed one by one.
public func attentionWeights(
    _ q: Tensor, _ k: Tensor, mask: Tensor? = nil, scale: Double? = nil, isCausal: Bool = false, past: Int = 0
) -> Tensor {
    let op = Attention(scale: scale ?? Attention.scale(q.type), isCausal: isCausal, past: past, isFused: false, hasMask: mask != nil)
    return op.weights(q, k, op.added(mask, to: q.dtype).first).weights
}

/// Operands q, k, v (or all three in one), then the mask; results the output and the logarithms of the rows' sums.
struct Attention: Op {
    var scale: Double
    var isCausal = false
    var past = 0
    var isFused = false
    var hasMask = false
    var name: String { isFused ? "selfAttention" : "attention" }
    var precision: PrecisionClass { .narrow }
    func keepsWide(operand: Int) -> Bool { operand == inputs }

    /// Operands before the mask.
    var inputs: Int { isFused ? 1 : 3 }

    static func scale(_ q: TensorType) -> Double { q.shape.rank == 0 ? 1 : 1 / Double(max(1, q.shape[-1])).squareRoot() }

    /// The mask as numbers that are added to the scores.
    func added(_ mask: Tensor?, to dtype: DType) -> [Tensor] {
        guard let mask else { return [] }
        if mask.dtype != .bool { return [mask.cast(to: dtype.statistics)] }
        return [select(mask, .fill(0, [], dtype.statistics), .fill(-.infinity, [], dtype.statistics))]
    }

    /// Types of q, k and v.
    func parts(_ operands: [TensorType]) -> [TensorType] {
        guard isFused else { return Array(operands.prefix(3)) }
        let part = operands[0].with(operands[0].shape.removing(2))
        return [part, part, part]
    }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        let count = inputs + (hasMask ? 1 : 0)
        try require(count...count, operands)
        try requireFloat(operands)
        try requireSameType(Array(operands.prefix(inputs)))
        if isFused {
            guard operands[0].shape.rank == 5, operands[0].shape[2] == 3 else {
                throw refuse("needs [batch, time, 3, heads, width]", operands)
            }
        } else if operands.prefix(3).contains(where: { $0.shape.rank != 4 }) {
            throw refuse("needs [batch, time, heads, width] of q, k and v", operands)
        }
        let p = parts(operands).map(\.shape)
        let (q, k, v) = (p[0], p[1], p[2])
        guard q[0] == k[0], k[0] == v[0] else { throw refuse("batches differ", operands) }
        guard q[3] == k[3] else { throw refuse("queries are \(q[3]) wide, keys \(k[3])", operands) }
        guard k[1] == v[1], k[2] == v[2] else { throw refuse("keys and values differ in number", operands) }
        guard k[2] > 0 ? q[2] % k[2] == 0 : q[2] == 0 else { throw refuse("\(q[2]) heads cannot share \(k[2]) key heads", operands) }
        let dtype = operands[0].dtype
        if hasMask {
            let scores: Shape = [q[0], q[2], q[1], k[1]]
            guard operands[inputs].shape.broadcast(with: scores) == scores else {
                throw refuse("the mask does not broadcast to \(scores)", operands)
            }
            guard operands[inputs].dtype == dtype.statistics else { throw refuse("the mask must be \(dtype.statistics)", operands) }
        }
        return [TensorType([q[0], q[1], q[2], v[3]], dtype), TensorType([q[0], q[2], q[1]], dtype.statistics)]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        guard let g = call.flow[0] else { return call.operands.map { _ in nil } }
        var operands = Array(call.operands.prefix(inputs))
        let p = parts(operands.map(\.type)).map(\.shape)
        let group = p[1][2] == 0 ? 1 : p[0][2] / p[1][2]
        if group > 1 { for place in 1...2 { operands[place] = Self.repeated(operands[place], group) } }
        let saved = [call.results[0], call.results[1]] + call.operands.dropFirst(inputs)
        var result: [Tensor?] = Tensor.makeAll(AttentionGradient(forward: self), operands + [g] + saved)
        if group > 1 {
            for place in 1...2 {
                let shape = call.operands[place].shape
                result[place] = result[place]!.reshaped(shape[0], shape[1], shape[2], group, shape[3]).sum([3])
            }
        }
        if hasMask { result.append(gradient(call, through: composition)[inputs]) }
        return result
    }

    /// Every key head as often as heads share it.
    private static func repeated(_ x: Tensor, _ group: Int) -> Tensor {
        let s = x.shape
        return x.expanded(3).broadcast(to: [s[0], s[1], s[2], group, s[3]]).reshaped(s[0], s[1], s[2] * group, s[3])
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        [Split((0..<inputs).map { _ in .slice } + maskPart(operands), [.slice, .slice])]
    }

    func maskPart(_ operands: [TensorType]) -> [Split.Part] {
        guard hasMask else { return [] }
        let mask = operands.last!.shape
        return [mask.rank == 4 && mask[0] > 1 ? .slice : .whole]
    }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int {
        let p = parts(operands).map(\.shape)
        return 2 * p[0].count * p[1][1] + 2 * results[0].shape.count * p[1][1]
    }

    // MARK: Composed

    /// The weights of the keys and the logarithms of the rows' sums.
    func weights(_ q: Tensor, _ k: Tensor, _ mask: Tensor?) -> (weights: Tensor, normaliser: Tensor) {
        let type = q.dtype.statistics
        let group = k.shape[2] == 0 ? 1 : q.shape[2] / k.shape[2]
        let queries = q.cast(to: type).transposed([0, 2, 1, 3])  // [batch, heads, queries, width]
        let keys = (group > 1 ? Self.repeated(k, group) : k).cast(to: type).transposed([0, 2, 3, 1])  // [batch, heads, width, keys]
        var scores = matmul(queries, keys) * scale  // [batch, heads, queries, keys]
        if let mask { scores = scores + mask }
        if isCausal {
            let visible = Tensor.iota(q.shape[1], start: Double(past)).expanded(-1).isAtLeast(.iota(k.shape[1]))
            scores = select(visible, scores, scores.like(-.infinity))
        }
        let peak = scores.max([-1], keep: true).stopGradient()
        let top = select(peak.isFinite(), peak, peak.like(0))
        let raised = (scores - top).exp()
        let total = raised.sum([-1], keep: true)
        let weights = raised / select(total.isEqual(to: 0), total.like(1), total)
        return (weights, (total.log() + top).reshaped(Shape(Array(scores.shape.extents.dropLast()))))
    }

    func composition(_ operands: [Tensor]) -> [Tensor] {
        let dtype = operands[0].dtype
        let p = isFused ? (0..<3).map { Self.part($0, of: operands[0]) } : Array(operands.prefix(3))
        let (weights, normaliser) = weights(p[0], p[1], hasMask ? operands[inputs] : nil)
        let group = p[1].shape[2] == 0 ? 1 : p[0].shape[2] / p[1].shape[2]
        let values = (group > 1 ? Self.repeated(p[2], group) : p[2]).cast(to: weights.dtype).transposed([0, 2, 1, 3])
        return [matmul(weights, values).transposed([0, 2, 1, 3]).cast(to: dtype), normaliser]
    }

    /// One of the three parts of [batch, time, 3, heads, width].
    private static func part(_ index: Int, of x: Tensor) -> Tensor {
        let wanted = Tensor.iota(3).isEqual(to: Double(index)).reshaped(3, 1, 1)
        return select(wanted, x, x.like(0)).sum([2])
    }

    private func isComposed(_ operands: [Tensor]) -> Bool {
        operands[0].dtype != .f32 && operands[0].dtype != .bf16
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        guard isComposed(operands) else { return nil }
        let types = try infer(operands.map(\.type))
        if operands[0].count == 0 || operands[inputs == 1 ? 0 : 1].count == 0 {
            return [.fill(0, types[0].shape, types[0].dtype), .fill(-.infinity, types[1].shape, types[1].dtype)]
        }
        return composition(operands)
    }
}

/// Gradients of an attention: operands those of the attention without its mask, the gradient of its output, its two results,
/// and the mask; results the gradients of q, k and v (or of all three in one).
struct AttentionGradient: Op {
    let forward: Attention
    var name: String { forward.name + "Gradient" }
    var precision: PrecisionClass { .narrow }
    func keepsWide(operand: Int) -> Bool { operand > forward.inputs + 1 }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        let inputs = forward.inputs
        guard operands.count == inputs + 3 + (forward.hasMask ? 1 : 0) else {
            throw refuse("takes the operands and results of an attention", operands)
        }
        let made = try forward.infer(Array(operands.prefix(inputs)) + operands.dropFirst(inputs + 3))
        guard operands[inputs] == made[0], operands[inputs + 1] == made[0], operands[inputs + 2] == made[1] else {
            throw refuse("gradient and results differ", operands)
        }
        return Array(operands.prefix(inputs))
    }

    private func composition(_ operands: [Tensor]) -> [Tensor] {
        let inputs = forward.inputs, own = Array(operands.prefix(inputs))
        let outputs = forward.composition(own + operands.dropFirst(inputs + 3))
        return zip(pullback([outputs[0]], flow: [operands[inputs]], to: own), own).map { $0 ?? .zeros($1.shape, $1.dtype) }
    }

    func gradient(_ call: Call) -> [Tensor?] { gradient(call, through: composition) }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        [Split((0..<forward.inputs + 3).map { _ in .slice } + forward.maskPart(operands), results.map { _ in .slice })]
    }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int {
        5 * forward.work(operands, [operands[forward.inputs + 1]]) / 2
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        switch operands[0].dtype {
        case .f32, .bf16: return nil
        default:
            if operands[0].count == 0 || operands[forward.inputs == 1 ? 0 : 1].count == 0 {
                return operands.prefix(forward.inputs).map { .zeros($0.shape, $0.dtype) }
            }
            return composition(operands.map { $0.stopGradient() })
        }
    }
}

let attentionCatalog: [any Op] = [
    Attention(scale: 1), Attention(scale: 1, isFused: true), AttentionGradient(forward: Attention(scale: 1)),
    AttentionGradient(forward: Attention(scale: 1, isFused: true)),
]
