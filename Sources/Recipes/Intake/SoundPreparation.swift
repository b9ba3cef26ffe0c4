import Datasets
import Engine
import Formats

/// Sound becomes a logarithmic mel spectrogram f32 [frames, bands, 1] of mean 0 and deviation 1.
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
    /// What a deviation counts at least: silence stays silence.
    public let leastDeviation: Float

    init(
        rate: Int, size: Int = 256, hop: Int = 80, frames: Int = 80, bands: Int = 40, low: Double = 60, high: Double = 3900,
        leastDeviation: Float = 0.1
    ) {
        (self.rate, self.size, self.hop, self.frames, self.bands) = (rate, size, hop, frames, bands)
        (self.low, self.high, self.leastDeviation) = (low, high, leastDeviation)
    }

    /// Numbers of a spectrogram.
    var count: Int { frames * bands }
    /// Samples of the signal that it covers.
    var length: Int { (frames - 1) * hop + size }

    func check() throws {
        guard (1...1_000_000).contains(rate), (2...1 << 16).contains(size), (1...1 << 16).contains(hop), (1...1 << 16).contains(frames),
            (1...1 << 12).contains(bands), low >= 0, low < high, high <= Double(rate) / 2, leastDeviation.isFinite, leastDeviation > 0
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
                hasUnitArea: false))
    }

    /// The spectrogram of a signal of `length` samples.
    func spectrogram(_ signal: [Float], _ voice: LogMel) throws -> [Float] {
        var values = try voice(signal).values(Float.self)
        let mean = values.reduce(0, +) / Float(values.count)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)).squareRoot()
        for place in values.indices { values[place] = (values[place] - mean) / max(deviation, leastDeviation) }
        return values
    }

    /// Any sound: the mean of its channels at the rate, cut or followed by silence.
    func callAsFunction(_ sound: Sound, _ voice: LogMel) throws -> [Float] {
        guard sound.count > 0 else { throw RecipeError("run", "holds no sound") }
        return try spectrogram(sound.mono.resampled(to: rate).fitted(to: length).values, voice)
    }
}
