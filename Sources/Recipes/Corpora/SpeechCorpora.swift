import Datasets
import Engine
import Formats
import Foundation
import Learning

/// Spoken digits as two views of their logarithmic mel spectrograms: [frames, bands, 2].
struct SpeechCorpora: CorpusMaker {
    private let recipe: Recipe
    private let data: SpokenDigits

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
        let prepare = SoundPreparation(rate: rate), changing = Spectrograms(prepare, settings)
        let signals = Self.samples(training)
        let seen = try Self.spectrograms(test, prepare)
        var corpus = Corpus(
            goal: .classes((0..<10).map(String.init)), input: TensorType(Shape([1] + prepare.shape), .f32),
            training: { batch, seed in
                signals.shuffled(batch: batch, seed: seed, dropLast: true).repeated(repeats).augmented(seed: seed) { batch, seed in
                    try changing.change(&batch, seed: seed)
                }
            }, validation: nil, test: seen.inOrder(batch: 100))
        let known = try Self.spectrograms(training, prepare)
        func flat(_ samples: Samples) -> Corpus.Flat {
            Corpus.Flat(
                rows: samples["inputs"].values(Float.self), columns: prepare.count,
                targets: samples["targets"].values(Int32.self).map(Float.init))
        }
        corpus.flat = (flat(known), flat(seen))
        corpus.preparation = try JSON(encoding: prepare)
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

    /// The same as spectrograms.
    private static func spectrograms(_ recordings: [SpokenDigits.Recording], _ prepare: SoundPreparation) throws -> Samples {
        let voice = prepare.voice()
        return Samples([
            "inputs": HostArray(
                try recordings.flatMap { try prepare($0.sound, voice) }, Shape([recordings.count] + prepare.shape)),
            "targets": HostArray(recordings.map { Int32($0.digit) }, [recordings.count]),
        ])
    }

    /// From signals to spectrograms with random changes.
    private struct Spectrograms: Sendable {
        let prepare: SoundPreparation
        let settings: AugmentSettings
        /// The bands of shorter and longer vocal tracts (Jaitly and Hinton: Vocal tract length perturbation, 2013); the middle one
        /// changes nothing.
        let voices: [LogMel]
        /// Share of the duration that the second view loses or gains at either end, at most.
        private static let cut: Float = 0.1

        init(_ prepare: SoundPreparation, _ settings: AugmentSettings) {
            (self.prepare, self.settings) = (prepare, settings)
            let spread = settings.pitch ?? 0
            voices = (spread == 0 ? [0] : (-8...8).map { Double($0) / 8 }).map { prepare.voice(exp($0 * spread)) }
        }

        func change(_ batch: inout HostBatch, seed: UInt64) throws {
            let signals = batch["signals"].values(Float.self), lengths = batch["lengths"].values(Int32.self)
            let width = batch["signals"].sampleShape.count
            var rows: [Float] = []
            rows.reserveCapacity(batch.count * prepare.count)
            for (row, sample) in batch.samples.enumerated() {
                var random = SampleRandom(seed: seed, epoch: batch.epoch, sample: sample)
                let signal = Array(signals[row * width..<row * width + Int(lengths[row])])
                var paced = try prepare.paced(delayed(varied(signal, &random), &random), voice(&random))
                mask(&paced, &random)
                let part = random.uniform(-Self.cut, Self.cut)...random.uniform(1 - Self.cut, 1 + Self.cut)
                var spanned = try prepare.spanned(varied(signal, &random), voice(&random), part: part)
                mask(&spanned, &random)
                rows += prepare.joined(paced, spanned)
            }
            batch["inputs"] = HostArray(rows, Shape([batch.count] + prepare.shape))
            batch.remove("signals")
            batch.remove("lengths")
        }

        private func voice(_ random: inout SampleRandom) -> LogMel { voices[random.below(voices.count)] }

        /// Faster or slower, with noise.
        private func varied(_ signal: [Float], _ random: inout SampleRandom) -> [Float] {
            let spread = Float(settings.speed ?? 0)
            let pace = Float(exp(Double(random.uniform(-spread, spread))))
            var result = [Float](repeating: 0, count: max(1, min(prepare.length, Int(Float(signal.count) / pace))))
            for place in result.indices {
                let time = Float(place) * pace, left = min(Int(time), signal.count - 1), right = min(left + 1, signal.count - 1)
                let share = time - Float(left)
                result[place] = signal[left] * (1 - share) + signal[right] * share
            }
            if let noise = settings.noise, noise > 0 {
                let level = Float(noise) * Float(exp(Double(random.uniform(-4.6, 0))))
                for place in result.indices { result[place] += random.normal() * level }
            }
            return result
        }

        /// With silence before it, as far as there is room.
        private func delayed(_ signal: [Float], _ random: inout SampleRandom) -> [Float] {
            let room = max(0, min(settings.shift ?? 0, prepare.length - signal.count))
            return [Float](repeating: 0, count: random.below(room + 1)) + signal
        }

        /// Silences bands and times (Park et al.: SpecAugment, 2019).
        private func mask(_ picture: inout [Float], _ random: inout SampleRandom) {
            let (frames, bands) = (prepare.frames, prepare.bands)
            for _ in 0..<(settings.masks ?? 0) {
                let band = random.below(bands), width = random.below(8)
                for frame in 0..<frames { for place in band..<min(bands, band + width) { picture[frame * bands + place] = 0 } }
                let time = random.below(frames), length = random.below(12)
                for frame in time..<min(frames, time + length) { for place in 0..<bands { picture[frame * bands + place] = 0 } }
            }
        }
    }
}
