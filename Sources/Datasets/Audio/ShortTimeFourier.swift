#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Engine

/// The Fourier transform of short stretches of a signal, every `hop` values, under a Hann window.
///
/// The window is periodic, 1/2 - 1/2 cos(2πn / window), and lies in the middle of the transform where it is shorter. With padding, frame `t`
/// is centred on value `t · hop` and there are 1 + count / hop frames; without, it begins there and there are 1 + (count - size) / hop.
/// librosa pads with zeros, torchaudio by reflection.
public struct ShortTimeFourier: Sendable {
    /// What stands before the beginning and behind the end.
    public enum Padding: String, Hashable, Sendable, CaseIterable {
        case none, zeros, reflect
    }

    public let size: Int
    public let window: Int
    public let hop: Int
    public let padding: Padding
    private let weights: [Double]
    private let transform: FourierTransform

    public init(size: Int, window: Int? = nil, hop: Int, padding: Padding = .reflect) {
        let window = window ?? size
        if size < 2 || window < 1 || window > size || hop < 1 || size > 1 << 24 {
            trap(DatasetError("stft", "size \(size), window \(window), hop \(hop)"))
        }
        self.size = size
        self.window = window
        self.hop = hop
        self.padding = padding
        let start = (size - window) / 2
        weights = (0..<size).map { place in
            place < start || place >= start + window ? 0 : 0.5 - 0.5 * cos(2 * Double.pi * Double(place - start) / Double(window))
        }
        transform = FourierTransform(size)
    }

    /// Frequencies from 0 to half the rate.
    public var bins: Int { size / 2 + 1 }

    /// Frames of a signal of that many values.
    public func frames(of count: Int) -> Int {
        padding == .none ? (count < size ? 0 : 1 + (count - size) / hop) : 1 + count / hop
    }

    /// The complex spectrum: real and imaginary parts f32[frames, bins, 2].
    public func spectrum(_ signal: [Float]) throws -> HostArray {
        let frames = frames(of: signal.count)
        var result = HostArray(TensorType([frames, bins, 2], .f32))
        let bins = bins
        try result.withMutableElements(of: Float.self) { result in
            try each(signal) { frame, real, imaginary in
                for bin in 0..<bins {
                    result[(frame * bins + bin) * 2] = Float(real[bin])
                    result[(frame * bins + bin) * 2 + 1] = Float(imaginary[bin])
                }
            }
        }
        return result
    }

    /// The squared magnitudes f32[frames, bins].
    public func power(_ signal: [Float]) throws -> HostArray {
        var result = HostArray(TensorType([frames(of: signal.count), bins], .f32))
        let bins = bins
        try result.withMutableElements(of: Float.self) { result in
            try each(signal) { frame, real, imaginary in
                for bin in 0..<bins { result[frame * bins + bin] = Float(real[bin] * real[bin] + imaginary[bin] * imaginary[bin]) }
            }
        }
        return result
    }

    private func each(_ signal: [Float], _ body: (_ frame: Int, _ real: [Double], _ imaginary: [Double]) -> Void) throws {
        let pad = padding == .none ? 0 : size / 2
        if padding == .reflect && signal.count <= pad {
            throw DatasetError("stft", "\(signal.count) values are too few to be reflected by \(pad)")
        }
        var real = [Double](repeating: 0, count: size), imaginary = real
        for frame in 0..<frames(of: signal.count) {
            for place in 0..<size {
                var source = frame * hop + place - pad
                if padding == .reflect {
                    if source < 0 { source = -source }
                    if source >= signal.count { source = 2 * (signal.count - 1) - source }
                }
                real[place] = source >= 0 && source < signal.count ? Double(signal[source]) * weights[place] : 0
                imaginary[place] = 0
            }
            transform.run(&real, &imaginary)
            body(frame, real, imaginary)
        }
    }
}
