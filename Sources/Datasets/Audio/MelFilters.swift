#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Triangular filters, evenly spaced on the mel scale, that turn a spectrum into bands.
public struct MelFilters: Sendable {
    public enum Scale: String, Hashable, Sendable, CaseIterable {
        /// Linear below 1 kHz, logarithmic above (Slaney's Auditory Toolbox); librosa's default.
        case slaney
        /// 2595 log10(1 + f / 700); torchaudio's default.
        case htk
    }

    public let bands: Int
    public let bins: Int
    /// [bands, bins].
    public let weights: [Float]
    private let ranges: [Range<Int>]

    /// - Parameter rate: of the signal, in Hz.
    /// - Parameter size: of the Fourier transform.
    /// - Parameter low: the lowest frequency in Hz.
    /// - Parameter high: the highest frequency in Hz; half the rate by default.
    /// - Parameter hasUnitArea: divides each filter by half its width in Hz (librosa's default); else its top is 1 (torchaudio's default).
    public init(
        bands: Int, rate: Int, size: Int, low: Double = 0, high: Double? = nil, scale: Scale = .slaney, hasUnitArea: Bool = true
    ) {
        let high = high ?? Double(rate) / 2
        if bands < 1 || rate < 1 || size < 2 || low < 0 || high <= low {
            trap(DatasetError("mel", "\(bands) bands from \(low) to \(high) Hz at \(rate) Hz, transform of \(size)"))
        }
        let bins = size / 2 + 1
        let first = Self.mel(low, scale), last = Self.mel(high, scale)
        let corners = (0..<bands + 2).map { Self.frequency(first + (last - first) * Double($0) / Double(bands + 1), scale) }
        var weights = [Float](repeating: 0, count: bands * bins), ranges: [Range<Int>] = []
        for band in 0..<bands {
            let (left, middle, right) = (corners[band], corners[band + 1], corners[band + 2])
            let area = hasUnitArea ? 2 / (right - left) : 1
            var used: Range<Int>?
            for bin in 0..<bins {
                let frequency = Double(bin) * Double(rate) / Double(size)
                let weight = max(0, min((frequency - left) / (middle - left), (right - frequency) / (right - middle))) * area
                guard weight > 0 else { continue }
                weights[band * bins + bin] = Float(weight)
                used = (used?.lowerBound ?? bin)..<bin + 1
            }
            ranges.append(used ?? 0..<0)
        }
        self.bands = bands
        self.bins = bins
        self.weights = weights
        self.ranges = ranges
    }

    /// Power f32 values [frames, bins] to [frames, bands].
    func apply(_ power: UnsafeBufferPointer<Float>, frames: Int, into result: UnsafeMutableBufferPointer<Float>) {
        for frame in 0..<frames {
            for band in 0..<bands {
                var sum = 0.0
                for bin in ranges[band] { sum += Double(power[frame * bins + bin]) * Double(weights[band * bins + bin]) }
                result[frame * bands + band] = Float(sum)
            }
        }
    }

    static func mel(_ frequency: Double, _ scale: Scale) -> Double {
        switch scale {
        case .htk: 2595 * log10(1 + frequency / 700)
        case .slaney: frequency < 1000 ? frequency * 3 / 200 : 15 + log(frequency / 1000) * 27 / log(6.4)
        }
    }

    static func frequency(_ mel: Double, _ scale: Scale) -> Double {
        switch scale {
        case .htk: 700 * (pow(10, mel / 2595) - 1)
        case .slaney: mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
        }
    }
}
