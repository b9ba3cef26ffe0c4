import CKernels

extension Tensor {
    /// Numbers distributed evenly in [low, high), in steps of (high - low) / 2²⁴.
    ///
    /// Element i is word i mod 4 of Philox block ⌊i / 4⌋ under the key, whatever the shape, the threads and the shards. Other
    /// types than f32 hold the same numbers, rounded.
    public static func uniform(_ shape: Shape, key: RandomKey, low: Double = 0, high: Double = 1, dtype: DType = .f32) -> Tensor {
        let unit = Tensor.make(Uniform(shape: shape), key.tensor).cast(to: dtype.isFloat ? dtype : .f32)
        return (low == 0 && high == 1 ? unit : unit * (high - low) + low).cast(to: dtype)
    }

    /// Random words, as u32.
    public static func bits(_ shape: Shape, key: RandomKey) -> Tensor { .make(RandomBits(shape: shape), key.tensor) }

    /// The numbers 0 ..< count in a random order, as i64: the places of sorted random words.
    public static func permutation(_ count: Int, key: RandomKey) -> Tensor { bits([count], key: key).argsort() }

    /// Normally distributed numbers: mean + deviation √(-2 ln u) cos 2πv, two uniform numbers each (Box & Muller 1958).
    public static func normal(_ shape: Shape, key: RandomKey, mean: Double = 0, deviation: Double = 1, dtype: DType = .f32) -> Tensor {
        let keys = key.split(2)
        // 1 - u is in (0, 1], where the logarithm is finite.
        let radius = ((1 - .uniform(shape, key: keys[0])).log() * -2).sqrt()
        let x = radius * (Tensor.uniform(shape, key: keys[1]) * (2 * Double.pi)).cos()
        return (mean == 0 && deviation == 1 ? x : x * deviation + mean).cast(to: dtype)
    }

    /// Normally distributed numbers of which those outside of [low, high], in deviations from the mean, are left out.
    ///
    /// Φ⁻¹ of a uniform number between Φ(low) and Φ(high).
    public static func truncatedNormal(
        _ shape: Shape, key: RandomKey, mean: Double = 0, deviation: Double = 1, low: Double = -2, high: Double = 2, dtype: DType = .f32
    ) -> Tensor {
        demand(low < high, "\(EngineError("truncatedNormal", "the bounds \(low) and \(high) enclose nothing"))")
        let root = 0.5.squareRoot()
        let x = Tensor.uniform(shape, key: key, low: errorFunction(low * root), high: errorFunction(high * root))
        return ((x.inverseErrorFunction() * 2.0.squareRoot()).clamped(low, high) * deviation + mean).cast(to: dtype)
    }

    /// Truths, each with this probability.
    public static func bernoulli(_ probability: Double, _ shape: Shape, key: RandomKey) -> Tensor {
        Tensor.uniform(shape, key: key).isLess(than: probability)
    }

    /// Truths, each with the probability that stands at its place.
    public static func bernoulli(_ probability: Tensor, key: RandomKey) -> Tensor {
        Tensor.uniform(probability.shape, key: key, dtype: probability.dtype).isLess(than: probability)
    }

    /// Indices along the last axis drawn with probabilities softmax(logits), as i64: [..., classes] → [...].
    ///
    /// argmax(logits - ln(-ln u)): the Gumbel-max trick (Maddison et al. 2014).
    public static func categorical(_ logits: Tensor, key: RandomKey) -> Tensor {
        // 0 becomes half of the smallest step, so that both logarithms are finite.
        let u = maximum(Tensor.uniform(logits.shape, key: key), 0x1p-25)
        return (logits.cast(to: .f32) - (-u.log()).log()).argmax(-1)
    }

    /// Each element kept with probability 1 - rate and then divided by it, else 0 (Srivastava et al. 2014).
    ///
    /// - Parameter rate: in [0, 1).
    /// - Parameter key: decides which elements; the same key drops the same ones.
    public func dropout(_ rate: Double, key: RandomKey) -> Tensor {
        rate == 0 ? self : .make(Dropout(rate: rate), key.tensor, self)
    }

    /// erf⁻¹ in single precision (Giles: Approximating the erfinv function, 2012).
    func inverseErrorFunction() -> Tensor {
        let w = -((1 - self) * (self + 1)).log()
        func polynomial(_ x: Tensor, _ factors: [Double]) -> Tensor { factors.dropFirst().reduce(x.like(factors[0])) { $0 * x + $1 } }
        let centre = polynomial(
            w - 2.5,
            [
                2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727,
                1.50140941,
            ])
        let tail = polynomial(
            maximum(w, 5).sqrt() - 3,
            [
                -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406,
                2.83297682,
            ])
        return select(w.isLess(than: 5), centre, tail) * self
    }
}

extension Op where Self: RandomTile {
    func requireKey(_ operands: [TensorType]) throws {
        guard operands[0] == TensorType([2], .u32) else { throw refuse("a key is u32[2]", operands) }
    }
}

/// Uniform numbers in [0, 1) of a key.
struct Uniform: RandomTile {
    let shape: Shape
    var name: String { "uniform" }
    var isRaw: Bool { false }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        try requireKey(operands)
        return [TensorType(shape, .f32)]
    }
    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { shape.rank > 0 ? [Split([.whole])] : [] }
    func tile(_ builder: inout TileBuilder, key: Int, _ operands: [TileRegister]) -> TileRegister {
        builder.random(MK_OP_UNIFORM01, key: key)
    }
}

/// Random words of a key.
struct RandomBits: RandomTile {
    let shape: Shape
    var name: String { "randomBits" }
    var isRaw: Bool { true }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        try requireKey(operands)
        return [TensorType(shape, .u32)]
    }
    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { shape.rank > 0 ? [Split([.whole])] : [] }
    func tile(_ builder: inout TileBuilder, key: Int, _ operands: [TileRegister]) -> TileRegister {
        builder.random(MK_OP_RANDOM_BITS, key: key)
    }
}

/// Operands are the key and the values. The gradient draws the same numbers again, which costs less than to keep a mask
/// and lets both directions run inside of their neighbours' tiles.
struct Dropout: RandomTile {
    let rate: Double
    var name: String { "dropout" }
    var isRaw: Bool { false }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireKey(operands)
        try requireFloat([operands[1]])
        guard rate >= 0, rate < 1 else { throw refuse("the rate must be in [0, 1), got \(rate)", operands) }
        return [operands[1]]
    }

    func gradient(_ call: Call) -> [Tensor?] { [nil, .make(self, call.operands[0], call.flow[0]!)] }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        results[0].shape.rank > 0 ? [Split([.whole, .slice])] : []
    }

    func tile(_ builder: inout TileBuilder, key: Int, _ operands: [TileRegister]) -> TileRegister {
        let kept = builder.apply(MK_OP_GE, builder.random(MK_OP_UNIFORM01, key: key), builder.constant(rate))
        // A selection, not a product with 0: an infinity that is dropped is gone.
        return builder.apply(
            MK_OP_SELECT, builder.apply(MK_OP_MUL, operands[0], builder.constant(1 / (1 - rate))), builder.constant(0), kept)
    }

    /// Random tiles compute in f32.
    func composed(_ operands: [Tensor], native: Bool) -> [Tensor]? {
        let x = operands[1]
        guard x.dtype == .f64 else { return nil }
        let u = Tensor.make(Uniform(shape: x.shape), operands[0])
        return [select(u.isAtLeast(u.like(rate)), x * (1 / (1 - rate)), x.like(0))]
    }

    func simplified(_ operands: [Tensor]) -> [Tensor]? { rate == 0 ? [operands[1]] : nil }
}

/// The key derived from a key u32[2] and a number u64[].
struct FoldKey: Op {
    /// Keeps keys made from numbers, names and parts apart, and all of them from the random numbers themselves, whose
    /// counters have a last word of 0.
    enum Domain: UInt32, Codable, Sendable, CaseIterable {
        case number = 1, name, part
        func counter(_ data: UInt64) -> Philox.Block {
            (UInt32(truncatingIfNeeded: data), UInt32(truncatingIfNeeded: data >> 32), 0, rawValue)
        }
    }
    let domain: Domain
    var name: String { "foldKey" }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        guard operands[0] == TensorType([2], .u32), operands[1] == TensorType([], .u64) else {
            throw refuse("takes a key u32[2] and a number u64[]", operands)
        }
        return [operands[0]]
    }

    func bind(_ binder: Binder) -> Kernel {
        let key = binder.operands[0].pointer(as: UInt32.self), data = binder.operands[1].pointer(as: UInt64.self)
        let result = binder.results[0].pointer(as: UInt32.self)
        return Kernel { [domain] _, _ in
            let block = Philox.block(counter: domain.counter(data[0]), key: (key[0], key[1]))
            (result[0], result[1]) = (block.0, block.1)
        }
    }
}

let randomCatalog: [any Op] =
    FoldKey.Domain.allCases.map { FoldKey(domain: $0) } + [Uniform(shape: [4]), RandomBits(shape: [4]), Dropout(rate: 0.5)]
