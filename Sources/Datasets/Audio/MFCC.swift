#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Engine

/// Mel-frequency cepstral coefficients: the orthonormal cosine transform (DCT-II) of every frame's log-mel bands, f32[frames, count]
/// (Davis and Mermelstein, 1980).
public struct MFCC: Sendable {
    public let spectrogram: LogMel
    public let count: Int
    /// [count, bands].
    private let basis: [Double]

    public init(_ spectrogram: LogMel, count: Int = 20) {
        let bands = spectrogram.bands
        if !(1...bands ~= count) { trap(DatasetError("mfcc", "\(count) coefficients of \(bands) bands")) }
        self.spectrogram = spectrogram
        self.count = count
        basis = (0..<count).flatMap { row in
            let scale = ((row == 0 ? 1.0 : 2.0) / Double(bands)).squareRoot()
            return (0..<bands).map { scale * cos(Double.pi * Double(row) * (2 * Double($0) + 1) / Double(2 * bands)) }
        }
    }

    /// The coefficients of a signal of one channel.
    public func callAsFunction(_ signal: [Float]) throws -> HostArray {
        let bands = spectrogram.bands, mel = try spectrogram(signal)
        var result = HostArray(TensorType([mel.count, count], .f32))
        mel.withElements(of: Float.self) { mel in
            result.withMutableElements(of: Float.self) { result in
                for frame in 0..<mel.count / bands {
                    for row in 0..<count {
                        var sum = 0.0
                        for band in 0..<bands { sum += basis[row * bands + band] * Double(mel[frame * bands + band]) }
                        result[frame * count + row] = Float(sum)
                    }
                }
            }
        }
        return result
    }
}
