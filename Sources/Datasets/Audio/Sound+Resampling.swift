#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Sound {
    /// The same sound at another rate: band-limited interpolation by sinc under a Hann window of six zero crossings, with its edge at 0.99
    /// of the lower of the two half rates (Smith: Digital audio resampling); what torchaudio's `resample` computes by default.
    public func resampled(to rate: Int) -> Sound {
        if rate < 1 || rate > 1 << 24 { trap(DatasetError("resample", "to \(rate) Hz")) }
        if rate == self.rate || count == 0 { return Sound(values, rate: rate, channels: channels) }
        func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
        let common = divisor(self.rate, rate), old = self.rate / common, new = rate / common
        let crossings = 6.0, edge = Double(min(old, new)) * 0.99
        let width = Int((crossings * Double(old) / edge).rounded(.up))
        // One kernel for each phase of the new rate.
        let taps = 2 * width + old
        var kernels = [Double](repeating: 0, count: new * taps)
        for phase in 0..<new {
            for tap in 0..<taps {
                let time = max(-crossings, min(crossings, (Double(tap - width) / Double(old) - Double(phase) / Double(new)) * edge))
                let window = pow(cos(time * .pi / crossings / 2), 2), angle = time * .pi
                kernels[phase * taps + tap] = (angle == 0 ? 1 : sin(angle) / angle) * window * edge / Double(old)
            }
        }
        let wanted = (count * new + old - 1) / old
        var result = [Float](repeating: 0, count: wanted * channels)
        for frame in 0..<wanted {
            let start = frame / new * old - width, kernel = frame % new * taps
            let first = max(0, -start), last = min(taps, count - start)
            guard first < last else { continue }
            for channel in 0..<channels {
                var sum = 0.0
                for tap in first..<last { sum += Double(values[(start + tap) * channels + channel]) * kernels[kernel + tap] }
                result[frame * channels + channel] = Float(sum)
            }
        }
        return Sound(result, rate: rate, channels: channels)
    }

    /// Exactly so many frames: cut at the end, or followed by silence.
    public func fitted(to frames: Int) -> Sound {
        let wanted = max(0, frames) * channels
        if values.count >= wanted { return Sound(Array(values[..<wanted]), rate: rate, channels: channels) }
        return Sound(values + [Float](repeating: 0, count: wanted - values.count), rate: rate, channels: channels)
    }
}
