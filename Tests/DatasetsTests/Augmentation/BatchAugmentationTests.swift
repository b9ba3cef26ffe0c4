@testable import Datasets
import Engine
import Testing

@Suite("Augmentation of batches, signals and tokens") struct BatchAugmentationTests {
    private func images() -> HostBatch {
        // Picture n is n everywhere.
        let pixels = (0..<8).flatMap { [UInt8](repeating: UInt8($0 * 20), count: 64) }
        return HostBatch(
            epoch: 1, number: 2, samples: Array(10..<18), names: ["images", "labels"],
            arrays: [HostArray(pixels, [8, 8, 8, 1]), HostArray((0..<8).map(Int32.init), [8])])
    }

    /// The classes of a row with their shares.
    private func shares(_ batch: HostBatch, _ row: Int) -> [Int: Float] {
        let targets = batch["labels"].gathered([row]).values(Float.self)
        return Dictionary(uniqueKeysWithValues: targets.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element) })
    }

    @Test func `mixup blends pictures and labels in the same proportion`() throws {
        var batch = images()
        try Mix(.mixup, alpha: 1, classes: 8).apply(to: &batch, seed: 3)
        #expect(batch["labels"].type == TensorType([8, 8], .f32))
        for row in 0..<8 {
            let shares = shares(batch, row)
            #expect(abs(shares.values.reduce(0, +) - 1) < 1e-6 && shares[row] != nil)
            let expected = shares.reduce(Float(0)) { $0 + Float($1.key * 20) * $1.value }
            #expect(batch["images"].gathered([row]).values(UInt8.self).allSatisfy { abs(Float($0) - expected) <= 0.51 })
        }
        var again = images()
        try Mix(.mixup, alpha: 1, classes: 8).apply(to: &again, seed: 3)
        #expect(again["images"].values(UInt8.self) == batch["images"].values(UInt8.self))
    }

    @Test func `cutmix pastes a rectangle and counts its area`() throws {
        var mixed = 0
        for seed in UInt64(0)..<20 {
            var batch = images()
            try Mix(.cutmix, alpha: 1, classes: 8).apply(to: &batch, seed: seed)
            for row in 0..<8 {
                let pixels = batch["images"].gathered([row]).values(UInt8.self), shares = shares(batch, row)
                for (label, share) in shares { #expect(abs(Float(pixels.count { $0 == label * 20 }) / 64 - share) < 1e-6) }
                if shares.count == 2 { mixed += 1 }
            }
        }
        #expect(mixed > 60)
    }

    @Test func `a mix after a mix and wrong labels`() throws {
        var batch = images()
        try Mix(.mixup, alpha: 0.4, classes: 8).apply(to: &batch, seed: 1)
        try Mix(.cutmix, alpha: 1, classes: 8).apply(to: &batch, seed: 2)
        for row in 0..<8 { #expect(abs(shares(batch, row).values.reduce(0, +) - 1) < 1e-5) }
        #expect(throws: DatasetError("mix", "there is the label 5 among 5 classes", at: "labels")) {
            var batch = images()
            try Mix(.mixup, alpha: 1, classes: 5).apply(to: &batch, seed: 1)
        }
    }

    @Test func `beta draws have the right mean and variance`() {
        for alpha in [0.2, 1, 4] {
            var random = SampleRandom(seed: 5, epoch: 0, sample: 0)
            let draws = (0..<20_000).map { _ in random.beta(alpha) }
            let mean = draws.reduce(0, +) / 20_000, variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
            #expect(abs(mean - 0.5) < 0.015)
            #expect(abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.006)
        }
    }

    private func signal(_ steps: [SignalStep], _ values: [Float], channels: Int = 1, sample: Int = 0) throws -> [Float] {
        var batch = HostBatch(
            epoch: 0, number: 0, samples: [sample], names: ["signals"], arrays: [HostArray(values, [1, values.count / channels, channels])])
        try SignalAugmentation(steps).apply(to: &batch, seed: 4)
        return batch["signals"].values(Float.self)
    }

    @Test func `signals are moved, masked, scaled and warped`() throws {
        let ramp = (0..<40).map(Float.init)
        for sample in 0..<20 {
            let turned = try signal([.shift(5, circular: true)], ramp, sample: sample)
            let offset = Int(turned[0]) > 20 ? 40 - Int(turned[0]) : -Int(turned[0])
            #expect(-5...5 ~= offset)
            #expect(turned == (0..<40).map { ramp[($0 - offset + 40) % 40] })
            let masked = try signal([.mask(6, count: 2)], ramp.map { $0 + 1 }, sample: sample)
            #expect(masked.count { $0 == 0 } <= 12)
            #expect(zip(masked, ramp).allSatisfy { $0 == 0 || $0 == $1 + 1 })
            let warped = try signal([.warp(0.3, knots: 4)], ramp, sample: sample)
            #expect(warped != ramp)
            #expect(abs(warped[0]) < 1e-4 && abs(warped[39] - 39) < 1e-4)
            #expect(zip(warped, warped.dropFirst()).allSatisfy { $0 < $1 })
            let scaled = try signal([.scale(0.2)], ramp + ramp, channels: 2, sample: sample)
            #expect(abs(scaled[2] / 2 - scaled[4] / 4) < 1e-6 && abs(scaled[3] / 3 - scaled[5] / 5) < 1e-6)
            #expect(scaled[2] / 2 != scaled[3] / 3)
        }
        #expect(try signal([.negate(1)], ramp) == ramp.map { -$0 })
        let noise = try signal([.jitter(0.5)], [Float](repeating: 0, count: 20_000))
        #expect(abs(noise.reduce(0, +) / 20_000) < 0.02)
        #expect(abs(noise.reduce(0) { $0 + $1 * $1 } / 20_000 - 0.25) < 0.01)
    }

    @Test func `spectrograms lose bands and frames`() throws {
        let values = (0..<20 * 10).map { Float($0 % 7 + 1) }
        var most = 0
        for sample in 0..<40 {
            var batch = HostBatch(
                epoch: 0, number: 0, samples: [sample], names: ["spectrograms"], arrays: [HostArray(values, [1, 20, 10, 1])])
            try SpectrogramAugmentation(bands: 3, bandMasks: 1, frames: 4, frameMasks: 2, fill: 0).apply(to: &batch, seed: 1)
            let new = batch["spectrograms"].values(Float.self)
            let frames = (0..<20).filter { step in (0..<10).allSatisfy { new[step * 10 + $0] == 0 } }
            let bands = (0..<10).filter { band in (0..<20).allSatisfy { new[$0 * 10 + band] == 0 } }
            #expect(bands.count <= 3 && frames.count <= 8)
            for step in 0..<20 where !frames.contains(step) {
                for band in 0..<10 where !bands.contains(band) { #expect(new[step * 10 + band] == values[step * 10 + band]) }
            }
            most = max(most, bands.count)
        }
        #expect(most == 3)
        var batch = HostBatch(
            epoch: 0, number: 0, samples: [0], names: ["spectrograms"], arrays: [HostArray((0..<50).map { Float($0 / 2) }, [1, 25, 2])])
        try SpectrogramAugmentation(bands: 0, frames: 0, warp: 4).apply(to: &batch, seed: 8)
        let warped = batch["spectrograms"].values(Float.self)
        #expect(warped[0] == 0 && abs(warped[48] - 24) < 1e-4 && warped != (0..<50).map { Float($0 / 2) })
        #expect(stride(from: 2, to: 50, by: 2).allSatisfy { warped[$0] > warped[$0 - 2] })
    }

    private func tokens(_ augmentation: TokenAugmentation, sample: Int) throws -> (tokens: [Int32], length: Int32) {
        var batch = HostBatch(
            epoch: 0, number: 0, samples: [sample], names: ["tokens", "lengths"],
            arrays: [HostArray([2] + (10..<29).map(Int32.init) + [0, 0, 0, 0], [1, 24]), HostArray([20] as [Int32], [1])])
        try augmentation.apply(to: &batch, seed: 1)
        return (batch["tokens"].values(Int32.self), batch["lengths"].values(Int32.self)[0])
    }

    @Test func `tokens are dropped, left out and swapped`() throws {
        var dropped = 0, left = 0
        for sample in 0..<300 {
            let drop = try tokens(TokenAugmentation(dropout: 0.2, protected: 5), sample: sample)
            #expect(drop.tokens[0] == 2 && drop.length == 20 && drop.tokens[20...].allSatisfy { $0 == 0 })
            dropped += drop.tokens.count { $0 == 1 }
            let out = try tokens(TokenAugmentation(deletion: 0.3, protected: 5), sample: sample)
            #expect(out.tokens[0] == 2 && out.tokens[Int(out.length)...].allSatisfy { $0 == 0 })
            #expect(Array(out.tokens[..<Int(out.length)]) == out.tokens[..<Int(out.length)].sorted())
            left += 20 - Int(out.length)
            let swapped = try tokens(TokenAugmentation(swap: 0.3, protected: 5), sample: sample)
            let plain = try tokens(TokenAugmentation(), sample: sample)
            #expect(swapped.tokens.sorted() == plain.tokens.sorted())
            #expect(swapped.tokens[0] == 2)
        }
        #expect(abs(Double(dropped) / (300 * 19) - 0.2) < 0.03)
        #expect(abs(Double(left) / (300 * 19) - 0.3) < 0.03)
        #expect(try tokens(TokenAugmentation(deletion: 1), sample: 0).length == 1)
    }
}
