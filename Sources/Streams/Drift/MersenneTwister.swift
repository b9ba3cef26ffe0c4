/// The random numbers of CPython's `random.Random(seed)`, so that a detector that draws samples draws those of the reference.
///
/// Matsumoto, Nishimura: Mersenne Twister, MT19937 (TOMACS 1998).
struct MersenneTwister: StreamState, Sendable, Hashable {
    private var words: [UInt32]
    private var place: Int

    private static let length = 624, distance = 397

    init(seed: UInt64) {
        words = Array(repeating: 0, count: Self.length)
        place = Self.length
        words[0] = 19_650_218
        for index in 1..<Self.length { words[index] = 1_812_433_253 &* (words[index - 1] ^ words[index - 1] >> 30) &+ UInt32(index) }
        let key = seed >> 32 == 0 ? [UInt32(seed)] : [UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)]
        var index = 1, part = 0
        func before(_ index: Int) -> UInt32 { words[index - 1] ^ words[index - 1] >> 30 }
        for _ in 0..<Self.length {
            words[index] = (words[index] ^ before(index) &* 1_664_525) &+ key[part] &+ UInt32(part)
            index += 1
            if index == Self.length { (words[0], index) = (words[Self.length - 1], 1) }
            part = (part + 1) % key.count
        }
        for _ in 1..<Self.length {
            words[index] = (words[index] ^ before(index) &* 1_566_083_941) &- UInt32(index)
            index += 1
            if index == Self.length { (words[0], index) = (words[Self.length - 1], 1) }
        }
        words[0] = 0x8000_0000
    }

    private mutating func next() -> UInt32 {
        if place == Self.length {
            for index in 0..<Self.length {
                let both = words[index] & 0x8000_0000 | words[(index + 1) % Self.length] & 0x7fff_ffff
                words[index] = words[(index + Self.distance) % Self.length] ^ both >> 1 ^ (both & 1 == 1 ? 0x9908_b0df : 0)
            }
            place = 0
        }
        var word = words[place]
        place += 1
        word ^= word >> 11
        word ^= word << 7 & 0x9d2c_5680
        word ^= word << 15 & 0xefc6_0000
        return word ^ word >> 18
    }

    /// A number below `bound` (1 to 2³²−1), without bias.
    mutating func below(_ bound: Int) -> Int {
        let shift = UInt32(UInt32(bound).leadingZeroBitCount)
        while true {
            let number = Int(next() >> shift)
            if number < bound { return number }
        }
    }

    /// Fills `sample` with different numbers below `population`, in the order that `random.sample` draws them.
    ///
    /// - Parameter pool: memory for `population` numbers.
    mutating func sample(below population: Int, into sample: inout [Int32], pool: inout [Int32]) {
        var reach = 21
        if sample.count > 5 {
            var power = 1  // the least power of 4 that is 3 × the sample or more
            while power < sample.count * 3 { power *= 4 }
            reach += power
        }
        if population <= reach {
            for index in 0..<population { pool[index] = Int32(index) }
            for index in sample.indices {
                let drawn = below(population - index)
                sample[index] = pool[drawn]
                pool[drawn] = pool[population - index - 1]
            }
        } else {
            for index in 0..<population { pool[index] = 0 }
            for index in sample.indices {
                var drawn = below(population)
                while pool[drawn] == 1 { drawn = below(population) }
                pool[drawn] = 1
                sample[index] = Int32(drawn)
            }
        }
    }

    func write(to writer: inout StateWriter) {
        writer.write(words)
        writer.write(place)
    }

    init(from reader: inout StateReader) throws {
        words = try reader.numbers(UInt32.self, "words", count: Self.length)
        place = try reader.int("place", in: 0...Self.length)
        // After these bits, of which the lower 31 of the first word are no part, only zeros would follow, and no new number be found.
        try reader.require(words[0] >> 31 == 1 || words.dropFirst().contains { $0 != 0 }, "words", "are all 0")
    }
}
