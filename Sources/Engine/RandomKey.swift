/// What random numbers are a function of: a value of 64 bits, known now or held in a tensor.
///
/// There is no global generator. Numbers are drawn with a key (`Tensor.uniform(_:key:)`), and independent ones with keys
/// derived from it: `key.folded(in: step)`, `key.folded(in: "encoder.dropout")`, `key.split(3)`. A key that lies in a tensor
/// may be the input of a compiled step, so that every run draws other numbers; both kinds give the same bits.
public struct RandomKey: Sendable {
    private enum Storage: Sendable {
        case words(UInt32, UInt32)
        case tensor(Tensor)
    }
    private let storage: Storage

    /// A key from a seed: equal seeds give equal numbers.
    public init(seed: UInt64) { storage = .words(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)) }

    /// The key that a tensor u32[2] holds: the seed's low word, then the high one.
    public init(_ words: Tensor) {
        demand(words.type == TensorType([2], .u32), "\(EngineError("randomKey", "a key is u32[2]", operands: [words.type]))")
        storage = .tensor(words)
    }

    /// The key as u32[2].
    public var tensor: Tensor {
        switch storage {
        case .words(let low, let high): Tensor([low, high])
        case .tensor(let tensor): tensor
        }
    }

    /// The seed, or nil for a key in a tensor.
    public var seed: UInt64? {
        if case .words(let low, let high) = storage { return UInt64(high) << 32 | UInt64(low) }
        return nil
    }

    // MARK: Derived keys

    /// The key of this number under this key.
    public func folded(in number: Int) -> RandomKey { folded(UInt64(bitPattern: Int64(number)), .number) }

    /// The key of this name under this key.
    public func folded(in name: String) -> RandomKey {
        // FNV-1a: Swift's own hash differs from run to run.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return folded(hash, .name)
    }

    /// The key of the number that an integer tensor without axes holds, such as the step count.
    public func folded(in number: Tensor) -> RandomKey {
        demand(number.count == 1 && number.dtype.isInteger, "\(EngineError("foldKey", "takes one integer", operands: [number.type]))")
        return RandomKey(.make(FoldKey(domain: .number), tensor, number.reshaped([]).cast(to: .u64)))
    }

    /// Independent keys.
    public func split(_ count: Int) -> [RandomKey] { (0..<count).map { folded(UInt64($0), .part) } }

    private func folded(_ data: UInt64, _ domain: FoldKey.Domain) -> RandomKey {
        switch storage {
        case .words(let low, let high):
            let block = Philox.block(counter: domain.counter(data), key: (low, high))
            return RandomKey(seed: UInt64(block.1) << 32 | UInt64(block.0))
        case .tensor(let tensor): return RandomKey(.make(FoldKey(domain: domain), tensor, Tensor(data)))
        }
    }
}

/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3; 2011).
enum Philox {
    typealias Block = (UInt32, UInt32, UInt32, UInt32)

    static func block(counter: Block, key: (UInt32, UInt32)) -> Block {
        var x = counter, key = key
        for _ in 0..<10 {
            let first = x.0.multipliedFullWidth(by: 0xD251_1F53), second = x.2.multipliedFullWidth(by: 0xCD9E_8D57)
            x = (second.high ^ x.1 ^ key.0, second.low, first.high ^ x.3 ^ key.1, first.low)
            key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
        }
        return x
    }
}
