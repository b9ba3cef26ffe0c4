import Datasets
import Engine
import Formats
import Foundation
import Learning

/// Spoken digits as logarithmic mel spectrograms [frames, bands, 1], each brought to mean 0 and deviation 1.
struct SpeechCorpora: CorpusMaker {
    private let recipe: Recipe
    private let data: SpokenDigits
    private static let frames = 80, bands = 40, size = 256, hop = 80
    private static var length: Int { (frames - 1) * hop + size }

    init(_ recipe: Recipe) throws {
        self.recipe = recipe
        data = try SpokenDigits(at: DataFolder.resolve(recipe.data.path, for: recipe))
    }

    private var isBySpeaker: Bool { recipe.data.leaveOut == "speakers" }
    var divisions: Int { isBySpeaker ? data.speakers.count : 1 }

    func corpus(run: Int) throws -> Corpus {
        let speaker = isBySpeaker ? data.speakers[run % data.speakers.count] : nil
        let training = speaker.map { out in data.recordings.filter { $0.speaker != out } } ?? data.train
        let test = speaker.map { out in data.recordings.filter { $0.speaker == out } } ?? data.test
        guard let rate = training.first?.sound.rate else { throw RecipeError("data", "holds no recordings", at: recipe.name) }
        let settings = recipe.train.augment ?? AugmentSettings()
        let repeats = recipe.train.repeats ?? 1
        let plain = Spectrograms(rate: rate, settings: AugmentSettings()), changing = Spectrograms(rate: rate, settings: settings)
        let signals = Self.samples(training)
        let seen = try plain.samples(test)
        var corpus = Corpus(
            goal: .classes((0..<10).map(String.init)), input: TensorType([1, Self.frames, Self.bands, 1], .f32),
            training: { batch, seed in
                signals.shuffled(batch: batch, seed: seed, dropLast: true).repeated(repeats).augmented(seed: seed) { batch, seed in
                    try changing.change(&batch, seed: seed)
                }
            }, validation: nil, test: seen.inOrder(batch: 100))
        let known = try plain.samples(training)
        func flat(_ samples: Samples) -> Corpus.Flat {
            Corpus.Flat(
                rows: samples["inputs"].values(Float.self), columns: Self.frames * Self.bands,
                targets: samples["targets"].values(Int32.self).map(Float.init))
        }
        corpus.flat = (flat(known), flat(seen))
        corpus.preparation = [
            "kind": "speech", "rate": JSON(rate), "size": JSON(Self.size), "hop": JSON(Self.hop), "frames": JSON(Self.frames),
            "bands": JSON(Self.bands), "low": 60.0, "high": 3900.0,
        ]
        corpus.facts = [("training recordings", "\(training.count)"), ("test recordings", "\(test.count)")]
        if let speaker { corpus.facts.append(("speaker left out", speaker)) }
        return corpus
    }

    /// Signals with silence after them, and how long they are.
    private static func samples(_ recordings: [SpokenDigits.Recording]) -> Samples {
        let longest = recordings.map(\.sound.count).max() ?? 0
        var values: [Float] = []
        for recording in recordings { values += recording.sound.fitted(to: longest).values }
        return Samples([
            "signals": HostArray(values, [recordings.count, longest]),
            "lengths": HostArray(recordings.map { Int32($0.sound.count) }, [recordings.count]),
            "targets": HostArray(recordings.map { Int32($0.digit) }, [recordings.count]),
        ])
    }

    /// From signals to spectrograms, with or without random changes.
    private struct Spectrograms: Sendable {
        let settings: AugmentSettings
        /// The bands of shorter and longer vocal tracts (Jaitly and Hinton: Vocal tract length perturbation, 2013); the middle one
        /// changes nothing.
        let voices: [LogMel]

        init(rate: Int, settings: AugmentSettings) {
            self.settings = settings
            let spread = settings.pitch ?? 0
            voices = (spread == 0 ? [0] : (-8...8).map { Double($0) / 8 }).map { place in
                let warp = exp(place * spread)
                return LogMel(
                    ShortTimeFourier(size: SpeechCorpora.size, hop: SpeechCorpora.hop, padding: .none),
                    MelFilters(
                        bands: SpeechCorpora.bands, rate: rate, size: SpeechCorpora.size, low: 60 * warp,
                        high: min(Double(rate) / 2, 3900 * warp), scale: .htk, hasUnitArea: false))
            }
        }

        func samples(_ recordings: [SpokenDigits.Recording]) throws -> Samples {
            let rows = try recordings.flatMap { try spectrogram($0.sound.fitted(to: SpeechCorpora.length).values, voices[0]) }
            return Samples([
                "inputs": HostArray(rows, [recordings.count, SpeechCorpora.frames, SpeechCorpora.bands, 1]),
                "targets": HostArray(recordings.map { Int32($0.digit) }, [recordings.count]),
            ])
        }

        func change(_ batch: inout HostBatch, seed: UInt64) throws {
            let signals = batch["signals"].values(Float.self), lengths = batch["lengths"].values(Int32.self)
            let width = batch["signals"].sampleShape.count
            var rows: [Float] = []
            rows.reserveCapacity(batch.count * SpeechCorpora.frames * SpeechCorpora.bands)
            for (row, sample) in batch.samples.enumerated() {
                var random = SampleRandom(seed: seed, epoch: batch.epoch, sample: sample)
                let signal = varied(Array(signals[row * width..<row * width + Int(lengths[row])]), &random)
                var picture = try spectrogram(signal, voices[random.below(voices.count)])
                mask(&picture, &random)
                rows += picture
            }
            batch["inputs"] = HostArray(rows, [batch.count, SpeechCorpora.frames, SpeechCorpora.bands, 1])
            batch.remove("signals")
            batch.remove("lengths")
        }

        /// Faster or slower, earlier or later, with noise.
        private func varied(_ signal: [Float], _ random: inout SampleRandom) -> [Float] {
            let spread = Float(settings.speed ?? 0)
            let pace = Float(exp(Double(random.uniform(-spread, spread))))
            let count = min(SpeechCorpora.length, Int(Float(signal.count) / pace))
            let start = random.below(max(1, min(settings.shift ?? 0, SpeechCorpora.length - count) + 1))
            var result = [Float](repeating: 0, count: SpeechCorpora.length)
            for place in 0..<min(count, SpeechCorpora.length - start) {
                let time = Float(place) * pace, left = min(Int(time), signal.count - 1), right = min(left + 1, signal.count - 1)
                let share = time - Float(left)
                result[start + place] = signal[left] * (1 - share) + signal[right] * share
            }
            if let noise = settings.noise, noise > 0 {
                let level = Float(noise) * Float(exp(Double(random.uniform(-4.6, 0))))
                for place in result.indices { result[place] += random.normal() * level }
            }
            return result
        }

        private func spectrogram(_ signal: [Float], _ voice: LogMel) throws -> [Float] {
            var values = try voice(signal).values(Float.self)
            let mean = values.reduce(0, +) / Float(values.count)
            let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)).squareRoot()
            for place in values.indices { values[place] = (values[place] - mean) / max(deviation, 0.1) }
            return values
        }

        /// Silences bands and times (Park et al.: SpecAugment, 2019).
        private func mask(_ picture: inout [Float], _ random: inout SampleRandom) {
            let (frames, bands) = (SpeechCorpora.frames, SpeechCorpora.bands)
            for _ in 0..<(settings.masks ?? 0) {
                let band = random.below(bands), width = random.below(8)
                for frame in 0..<frames { for place in band..<min(bands, band + width) { picture[frame * bands + place] = 0 } }
                let time = random.below(frames), length = random.below(12)
                for frame in time..<min(frames, time + length) { for place in 0..<bands { picture[frame * bands + place] = 0 } }
            }
        }
    }
}
