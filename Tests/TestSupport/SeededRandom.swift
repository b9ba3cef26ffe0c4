/// Numbers that a seed fixes, for tests that try many things: those of SplitMix64 (Steele, Lea, Flood 2014).
public struct SeededRandom {
    private var state: UInt64

    public init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// Among 0 ..< count; 0 where there is nothing to choose from.
    public mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }

    /// In 0 ..< 1.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True with that probability.
    public mutating func chance(_ share: Double) -> Bool { uniform() < share }

    public mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}
