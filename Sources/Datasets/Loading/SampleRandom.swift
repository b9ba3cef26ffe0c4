import Engine

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Random numbers that are a pure function of (seed, epoch, sample, stage), whoever draws them and when.
///
/// The four are folded into a key by the engine's Philox; the numbers under that key are those of SplitMix64 (Steele, Lea, Flood: Fast
/// splittable pseudorandom number generators, 2014).
public struct SampleRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// - Parameter stage: tells apart what draws for the same sample, such as two augmentations.
    public init(seed: UInt64, epoch: Int, sample: Int, stage: Int = 0) {
        let key = RandomKey(seed: seed).folded(in: epoch).folded(in: sample)
        state = (stage == 0 ? key : key.folded(in: stage)).seed!
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Evenly in 0 ..< 1, in steps of 2⁻²⁴.
    public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Evenly between the two.
    public mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

    /// Evenly among 0 ..< count (Lemire's method, without bias).
    public mutating func below(_ count: Int) -> Int {
        if count <= 0 { trap(DatasetError("random", "there is no number below \(count)")) }
        let bound = UInt64(count)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// True with that probability.
    public mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

    /// Of mean 0 and variance 1 (Box and Muller).
    public mutating func normal() -> Float {
        let radius = sqrt(-2 * log(1 - Double(uniform())))
        return Float(radius * cos(2 * Double.pi * Double(uniform())))
    }

    /// Of the distribution Beta(a, a): X / (X + Y) for two gamma draws.
    public mutating func beta(_ a: Double) -> Double {
        let x = gamma(a), y = gamma(a)
        return x + y > 0 ? x / (x + y) : 0.5
    }

    /// Of the distribution Gamma(shape, 1) (Marsaglia and Tsang, 2000).
    mutating func gamma(_ shape: Double) -> Double {
        if shape < 1 { return gamma(shape + 1) * pow(max(Double(uniform()), 1e-12), 1 / shape) }
        let d = shape - 1.0 / 3, c = 1 / sqrt(9 * d)
        while true {
            let x = Double(normal()), v = 1 + c * x
            guard v > 0 else { continue }
            let cube = v * v * v, u = 1 - Double(uniform())
            if log(u) < 0.5 * x * x + d - d * cube + d * log(cube) { return d * cube }
        }
    }
}
