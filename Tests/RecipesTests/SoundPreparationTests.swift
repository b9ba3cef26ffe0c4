import Datasets
import Testing

@testable import Recipes

@Suite("SoundPreparation") struct SoundPreparationTests {
    private let prepare = SoundPreparation(rate: 8_000)

    /// A tone that rises from 300 to 1,500 Hz within so many samples.
    private func rising(_ count: Int, loudness: Float = 0.5) -> [Float] {
        var phase = 0.0
        return (0..<count).map { place in
            phase += 2 * Double.pi * (300 + 1_200 * Double(place) / Double(count)) / 8_000
            return loudness * Float(sine(phase))
        }
    }

    private func sine(_ x: Double) -> Double {
        var x = x.truncatingRemainder(dividingBy: 2 * .pi)
        if x > .pi { x -= 2 * .pi }
        let square = x * x
        return x * (1 - square / 6 * (1 - square / 20 * (1 - square / 42 * (1 - square / 72 * (1 - square / 110)))))
    }

    @Test func `both views have every frame and band, side by side`() throws {
        let values = try prepare(Sound(rising(3_000), rate: 8_000), prepare.voice())
        #expect(values.count == 80 * 40 * 2)
        let paced = stride(from: 0, to: values.count, by: 2).map { values[$0] },
            spanned = stride(from: 1, to: values.count, by: 2).map { values[$0] }
        #expect(paced.max() == 2)
        #expect(paced.min() == -2)
        let mean = spanned.reduce(0, +) / Float(spanned.count)
        #expect(abs(mean) < 1e-3)
        #expect(abs(spanned.reduce(0) { $0 + $1 * $1 } / Float(spanned.count) - 1) < 1e-3)
    }

    @Test func `loudness changes neither view, pace changes the first only`() throws {
        let voice = prepare.voice()
        func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.reduce(0, +) / Float(a.count) }
        let loud = rising(3_000), quiet = rising(3_000, loudness: 0.05), slow = rising(5_000)
        #expect(distance(try prepare.paced(loud, voice), try prepare.paced(quiet, voice)) < 0.02)
        #expect(distance(try prepare.spanned(loud, voice), try prepare.spanned(quiet, voice)) < 0.02)
        let paced = distance(try prepare.paced(loud, voice), try prepare.paced(slow, voice))
        let spanned = distance(try prepare.spanned(loud, voice), try prepare.spanned(slow, voice))
        #expect(paced > 0.15 && paced > 2 * spanned, "\(paced) and \(spanned)")
    }

    @Test(arguments: [1, 100, 255, 256, 257, 20_000])
    func `a sound of any length has finite views`(_ count: Int) throws {
        for signal in [rising(count), [Float](repeating: 0, count: count)] {
            let values = try prepare(Sound(signal, rate: 8_000), prepare.voice())
            #expect(values.count == prepare.count && values.allSatisfy(\.isFinite))
        }
    }

    @Test func `no sound is an error`() {
        #expect(throws: RecipeError.self) { try prepare(Sound([], rate: 8_000), prepare.voice()) }
    }
}
