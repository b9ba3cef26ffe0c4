@testable import Datasets
import Engine
import Foundation
import Testing

@Suite("Sound against librosa and torchaudio") struct SoundGoldenTests {
    struct Case: Decodable {
        let name: String
        let shape: [Int]
        let values: [Float]
        let file: Data?
    }

    static let cases = Dictionary(
        uniqueKeysWithValues: try! goldenLines("sound").map { try JSONDecoder().decode(Case.self, from: $0) }.map { ($0.name, $0) })
    private let signal = cases["signal"]!.values

    private func expect(_ array: HostArray, _ name: String, within tolerance: Float) throws {
        let one = try #require(Self.cases[name])
        #expect(array.shape.extents == one.shape)
        #expect(largestDifference(array.values(Float.self), one.values) < tolerance, "\(name)")
    }

    @Test func `there are nineteen cases`() { #expect(Self.cases.count == 19) }

    @Test(arguments: [256, 200]) func `short-time spectra`(size: Int) throws {
        let reflected = ShortTimeFourier(size: size, window: size - 40, hop: 250, padding: .reflect)
        try expect(reflected.spectrum(signal), "stft.\(size).reflect", within: 1e-5)
        try expect(
            ShortTimeFourier(size: size, window: size - 40, hop: 250, padding: .zeros).spectrum(signal), "stft.\(size).zeros", within: 1e-5)
    }

    @Test func `spectra without padding`() throws {
        try expect(ShortTimeFourier(size: 256, hop: 300, padding: .none).power(signal), "stft.none", within: 1e-4)
        #expect(ShortTimeFourier(size: 256, hop: 300, padding: .none).frames(of: 255) == 0)
        #expect(throws: DatasetError("stft", "128 values are too few to be reflected by 128")) {
            try ShortTimeFourier(size: 256, hop: 300).power([Float](repeating: 0, count: 128))
        }
    }

    @Test func `mel filters`() throws {
        let slaney = MelFilters(bands: 20, rate: 8_000, size: 256)
        #expect(largestDifference(slaney.weights, Self.cases["librosa.mel"]!.values) < 1e-8)
        let htk = MelFilters(bands: 20, rate: 8_000, size: 256, scale: .htk, hasUnitArea: false)
        #expect(largestDifference(htk.weights, Self.cases["torchaudio.mel"]!.values) < 2e-5)
    }

    @Test func `log-mel and cepstra by librosa's conventions`() throws {
        let mel = LogMel.librosa(rate: 8_000, size: 256, hop: 160, bands: 20)
        try expect(mel(signal), "librosa.logmel", within: 1e-3)
        try expect(MFCC(mel, count: 13)(signal), "librosa.mfcc", within: 1e-3)
    }

    @Test func `log-mel and cepstra by torchaudio's conventions`() throws {
        let mel = LogMel.torchaudio(rate: 8_000, size: 200, hop: 160, bands: 20)
        try expect(mel(signal), "torchaudio.logmel", within: 1e-3)
        try expect(MFCC(mel, count: 13)(signal), "torchaudio.mfcc", within: 1e-3)
    }

    @Test(arguments: [(8_000, 11_025), (44_100, 16_000), (16_000, 8_000), (8_000, 16_000)]) func `resampling`(old: Int, new: Int) throws {
        let result = Sound(Array(signal[..<400]), rate: old).resampled(to: new)
        #expect(largestDifference(result.values, Self.cases["resample.\(old).\(new)"]!.values) < 1e-6)
        // Channels are on their own.
        let stereo = Sound(signal[..<400].flatMap { [$0, -$0] }, rate: old, channels: 2).resampled(to: new)
        #expect(stereo.channel(1).values == result.values.map { -$0 })
    }

    @Test(arguments: ["FLAC.PCM_16", "WAV.PCM_24", "WAV.FLOAT"]) func `files of sound`(name: String) throws {
        let one = try #require(Self.cases["file.\(name)"]), bytes = [UInt8](one.file!)
        let sound = try Sound(bytes)
        #expect((sound.rate, sound.channels, sound.count) == (22_050, 2, 300))
        #expect(largestDifference(sound.values, one.values) < 1e-7)
        let result = fuzz(bytes, rounds: 1_000) { _ = try Sound($0, maximumSeconds: 10) }
        #expect(result.foreign == nil)
        #expect(result.refused > 50)
    }

    @Test func `a transform of any length agrees with its definition`() {
        for count in [1, 2, 3, 8, 12, 31] {
            var real = (0..<count).map { Double($0 * $0 % 7) - 2 }, imaginary = (0..<count).map { Double($0 % 3) }
            let x = real, y = imaginary
            FourierTransform(count).run(&real, &imaginary)
            for bin in 0..<count {
                var r = 0.0, i = 0.0
                for place in 0..<count {
                    let angle = -2 * Double.pi * Double(bin * place) / Double(count)
                    r += x[place] * cos(angle) - y[place] * sin(angle)
                    i += x[place] * sin(angle) + y[place] * cos(angle)
                }
                #expect(abs(r - real[bin]) < 1e-10 && abs(i - imaginary[bin]) < 1e-10)
            }
        }
    }

    @Test(.data("fsdd")) func `spoken digits become pictures of one size`() throws {
        let data = try SpokenDigits(at: SharedData.path("fsdd"))
        let mel = LogMel(ShortTimeFourier(size: 256, hop: 80), MelFilters(bands: 40, rate: 8_000, size: 256))
        let samples = try SpokenDigits.samples(Array(data.test.prefix(7)), by: mel)
        #expect(samples["spectrograms"].shape == [7, 101, 40, 1])
        #expect(samples["spectrograms"].values(Float.self).allSatisfy { $0.isFinite })
    }
}
