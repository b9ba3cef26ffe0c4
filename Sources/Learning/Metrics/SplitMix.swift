/// Random numbers from a seed by SplitMix64: equal seeds give equal numbers on every machine.
///
/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (OOPSLA 2014).
public struct SplitMix: RandomNumberGenerator, Sendable {
    /// The seed of a generator that goes on from here.
    public private(set) var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// The stream with this number under the seed; streams do not overlap in practice.
    public init(seed: UInt64, stream: Int) {
        state = seed
        state = next() ^ (UInt64(bitPattern: Int64(stream)) &* 0xd134_2543_de82_ef95)
        _ = next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// A number below `bound` (1 or more). The bias is below bound / 2⁶⁴.
    public mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    /// A number in [0, 1).
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// The numbers 0 ..< count in random order.
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) { order.swapAt(index, below(index + 1)) }
        return order
    }
}
