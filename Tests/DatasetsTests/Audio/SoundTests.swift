@testable import Datasets
import Testing

@Suite("Sound") struct SoundTests {
    /// Sixteen-bit WAV: header of 44 bytes, then the values.
    static func wave(_ values: [Int16], rate: UInt32 = 8_000, channels: UInt16 = 1) -> [UInt8] {
        func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
        let bytes = UInt32(values.count * 2)
        return Array("RIFF".utf8) + little(36 + bytes) + Array("WAVEfmt ".utf8) + little(UInt32(16)) + little(UInt16(1)) + little(channels)
            + little(rate) + little(rate * UInt32(channels) * 2) + little(channels * 2) + little(UInt16(16)) + Array("data".utf8)
            + little(bytes)
            + values.flatMap { little($0) }
    }

    @Test func `sixteen bits become numbers between -1 and 1`() throws {
        let sound = try Sound(Self.wave([0, 16_384, -32_768, 32_767], rate: 11_025, channels: 2))
        #expect(sound.rate == 11_025)
        #expect(sound.channels == 2)
        #expect(sound.values == [0, 0.5, -1, 32_767 / 32_768])
        #expect(sound.mono.values == [0.25, -0.5 / 32_768])
        #expect(sound.channel(1).values == [0.5, 32_767 / 32_768])
    }

    @Test func `a sound that is too long is refused`() {
        #expect(throws: DatasetError("sound", "is longer than 0.001 s", at: "f")) {
            try Sound(Self.wave([Int16](repeating: 1, count: 100)), at: "f", maximumSeconds: 0.001)
        }
    }

    @Test func `damaged files are refused and never trap`() {
        let result = fuzz(Self.wave((0..<200).map { Int16($0 * 100) }), rounds: 3_000) { _ = try Sound($0, maximumSeconds: 10) }
        #expect(result.foreign == nil)
        #expect(result.refused > 300)
    }

    @Test(.data("fsdd")) func `the spoken digits have their speakers and takes`() throws {
        let data = try SpokenDigits(at: SharedData.path("fsdd"))
        #expect(data.recordings.count == 600)
        #expect(data.train.count == 300 && data.test.count == 300)
        #expect(data.speakers.count == 6)
        #expect(data.recordings.allSatisfy { $0.sound.rate == 8_000 && $0.sound.channels == 1 && $0.sound.count > 500 })
        let first = data.recordings[0]
        #expect((first.digit, first.speaker, first.take, first.sound.count) == (0, "george", 0, (4_812 - 44) / 2))
    }
}
