/// A number of 64 bits for a seed and the name or the number of a row: the same on every machine, whatever order rows come in.
///
/// The mixing is that of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators; 2014), names by FNV-1a.
struct SplitHash: Sendable {
    private let key: UInt64

    init(seed: UInt64) { key = SplitHash.mixed(seed &+ 0x9E37_79B9_7F4A_7C15) }

    func callAsFunction(_ number: Int) -> UInt64 {
        SplitHash.mixed(key ^ SplitHash.mixed(UInt64(truncatingIfNeeded: number) &+ 0x9E37_79B9_7F4A_7C15))
    }

    func callAsFunction(_ name: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return SplitHash.mixed(key ^ SplitHash.mixed(hash))
    }

    private static func mixed(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
