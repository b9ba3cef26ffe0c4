import Datasets
import Engine
import Formats

/// Sound becomes two views of itself, logarithmic mel spectrograms f32 [frames, bands, 2].
///
/// The first keeps its pace and its loudness over the bands; the second spans all frames, whatever the pace, and gives half of each
/// band's mean away, which is the speaker's and the microphone's rather than the word's.
public struct SoundPreparation: Codable, Hashable, Sendable {
    var kind = "sound"
    var version = Preparation.version
    /// Hz; sound at another rate is brought to it.
    public let rate: Int
    /// Of the Fourier transform, and steps from one to the next.
    public let size: Int
    public let hop: Int
    public let frames: Int
    public let bands: Int
    /// Hz, between which the bands lie on the HTK scale.
    public let low: Double
    public let high: Double
    /// dB below the loudest that are heard.
    public let range: Float

    static let views = 2

    init(
        rate: Int, size: Int = 256, hop: Int = 80, frames: Int = 80, bands: Int = 40, low: Double = 60, high: Double = 3900,
        range: Float = 45
    ) {
        (self.rate, self.size, self.hop, self.frames, self.bands) = (rate, size, hop, frames, bands)
        (self.low, self.high, self.range) = (low, high, range)
    }

    var shape: [Int] { [frames, bands, Self.views] }
    /// Numbers of both views.
    var count: Int { frames * bands * Self.views }
    /// Samples of the signal that the first view covers.
    var length: Int { (frames - 1) * hop + size }

    func check() throws {
        guard (1...1_000_000).contains(rate), (2...1 << 16).contains(size), (1...1 << 16).contains(hop), (1...1 << 16).contains(frames),
            (1...1 << 12).contains(bands), low >= 0, low < high, high <= Double(rate) / 2, range.isFinite, range > 0
        else {
            throw RecipeError(
                "run", "spectrograms of \(frames) x \(bands), \(low) to \(high) Hz at \(rate) Hz, transform \(size), hop \(hop)")
        }
    }

    /// The bands, moved by a factor: 1 leaves them.
    func voice(_ warp: Double = 1) -> LogMel {
        LogMel(
            ShortTimeFourier(size: size, hop: hop, padding: .none),
            MelFilters(
                bands: bands, rate: rate, size: size, low: low * warp, high: min(Double(rate) / 2, high * warp), scale: .htk,
                hasUnitArea: false), .decibels(range: range))
    }

    /// Any sound: the mean of its channels at the rate, cut to what the first view covers.
    func callAsFunction(_ sound: Sound, _ voice: LogMel) throws -> [Float] {
        guard sound.count > 0 else { throw RecipeError("run", "holds no sound") }
        let signal = Array(sound.mono.resampled(to: rate).values.prefix(length))
        return joined(try paced(signal, voice), try spanned(signal, voice))
    }

    /// The first view, -2 … 2 over the range, of a signal with silence after it.
    func paced(_ signal: [Float], _ voice: LogMel) throws -> [Float] {
        let values = try voice(Sound(signal, rate: rate).fitted(to: length).values).values(Float.self)
        let loudest = values.max() ?? 0
        return values.map { ($0 - loudest) / range * 4 + 2 }
    }

    /// The second view, of deviation 1: `part` of the signal's duration, which may reach beyond it, spread over all frames.
    func spanned(_ signal: [Float], _ voice: LogMel, part: ClosedRange<Float> = 0...1) throws -> [Float] {
        let heard = try voice(signal.count < size ? Sound(signal, rate: rate).fitted(to: size).values : signal).values(Float.self)
        let last = Float(heard.count / bands - 1), step = (part.upperBound - part.lowerBound) / Float(max(frames - 1, 1))
        var values = [Float](repeating: 0, count: frames * bands)
        for frame in 0..<frames {
            let time = min(max((part.lowerBound + step * Float(frame)) * last, 0), last), left = Int(time)
            let right = min(left + 1, Int(last)), share = time - Float(left)
            for band in 0..<bands {
                values[frame * bands + band] = heard[left * bands + band] * (1 - share) + heard[right * bands + band] * share
            }
        }
        var means = [Float](repeating: 0, count: bands)
        for place in values.indices { means[place % bands] += values[place] / Float(frames) }
        let mean = means.reduce(0, +) / Float(bands)
        for place in values.indices { values[place] -= (means[place % bands] + mean) / 2 }
        let deviation = (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
        return values.map { $0 / max(deviation, 1e-3) }
    }

    func joined(_ paced: [Float], _ spanned: [Float]) -> [Float] { zip(paced, spanned).flatMap { [$0, $1] } }
}
