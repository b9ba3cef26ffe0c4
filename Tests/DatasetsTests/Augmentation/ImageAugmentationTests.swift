@testable import Datasets
import Engine
import Foundation
import Testing

@Suite("ImageAugmentation") struct ImageAugmentationTests {
    /// A batch of one picture.
    private func batch(_ array: HostArray, epoch: Int = 0, sample: Int = 0) -> HostBatch {
        HostBatch(epoch: epoch, number: 0, samples: (0..<array.count).map { sample + $0 }, names: ["images"], arrays: [array])
    }

    private func applied(_ steps: [ImageStep], to array: HostArray, seed: UInt64 = 1, epoch: Int = 0, sample: Int = 0, fill: Float = 0)
        throws -> HostArray
    {
        var batch = batch(array, epoch: epoch, sample: sample)
        try ImageAugmentation(steps, fill: fill).apply(to: &batch, seed: seed)
        return batch["images"]
    }

    private static func noise(_ shape: Shape, seed: UInt64 = 3) -> HostArray {
        var random = SampleRandom(seed: seed, epoch: 0, sample: 0)
        return HostArray((0..<shape.count).map { _ in UInt8(random.below(256)) }, shape)
    }

    private static let everything: [ImageStep] = [
        .shift(2), .rotate(20), .scale(0.8, 1.2), .flip(0.5), .colour(brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1),
        .noise(0.02), .shear(10),
        .flipVertically(0.5), .cutout(3, probability: 0.5),
    ]

    @Test func `a picture depends on seed, epoch and sample, never on its neighbours`() throws {
        let images = Self.noise([12, 9, 8, 3])
        let samples = Samples(["images": images])
        func pictures(_ source: ArraySource, epoch: Int, seed: UInt64 = 5) throws -> [Int: [UInt8]] {
            var result: [Int: [UInt8]] = [:]
            for batch in try source.augmented(seed: seed, by: [ImageAugmentation(Self.everything)]).batches(epoch: epoch) {
                for (row, sample) in batch.samples.enumerated() { result[sample] = batch["images"].gathered([row]).values(UInt8.self) }
            }
            return result
        }
        let first = try pictures(samples.shuffled(batch: 5, seed: 1), epoch: 2)
        #expect(try pictures(samples.inOrder(batch: 1), epoch: 2) == first)
        #expect(try pictures(samples.inOrder(batch: 12), epoch: 2) == first)
        let other = try pictures(samples.inOrder(batch: 12), epoch: 3), third = try pictures(samples.inOrder(batch: 12), epoch: 2, seed: 6)
        for sample in 0..<12 {
            #expect(first[sample] != other[sample])
            #expect(first[sample] != third[sample])
        }
    }

    @Test func `steps without strength change nothing`() throws {
        let steps: [ImageStep] = [
            .shift(0), .rotate(0), .scale(1, 1), .shear(0), .flip(0), .flipVertically(0),
            .colour(brightness: 0, contrast: 0, saturation: 0, hue: 0), .noise(0),
            .cutout(4, probability: 0),
        ]
        let images = Self.noise([3, 7, 6, 3])
        #expect(try applied(steps, to: images).values(UInt8.self) == images.values(UInt8.self))
        let floats = HostArray(images.values(UInt8.self).map { Float($0) / 255 }, images.shape)
        #expect(try applied(steps, to: floats).values(Float.self) == floats.values(Float.self))
    }

    @Test func `a shift moves whole pixels in all directions`() throws {
        let picture = Image(Self.noise([1, 6, 5, 2]).values(UInt8.self), width: 5, height: 6, channels: 2)
        var seen: Set<[Int]> = []
        for sample in 0..<200 {
            let moved = try applied([.shift(1)], to: picture.array.reshaped([1, 6, 5, 2]), sample: sample, fill: 7).values(UInt8.self)
            let found = (-1...1).flatMap { x in (-1...1).map { [x, $0] } }
                .filter { picture.cropped(x: $0[0], y: $0[1], width: 5, height: 6, fill: 7).pixels == moved }
            #expect(found.count == 1)
            seen.formUnion(found)
        }
        #expect(seen.count == 9)
    }

    @Test(arguments: [1, 2, 3]) func `pictures that are only moved are what they are among other steps`(channels: Int) throws {
        let moves: [ImageStep] = [.shift(3), .flip(0.5), .flipVertically(0.5), .shift(2)]
        // A step that never does anything, and that does not count as moving.
        let others = moves + [.cutout(2, probability: 0)]
        let images = Self.noise([60, 5, 4, channels])
        #expect(
            try applied(moves, to: images, fill: 9).values(UInt8.self) == applied(others, to: images, fill: 9).values(UInt8.self))
        let floats = HostArray(images.values(UInt8.self).map { Float($0) / 255 }, images.shape)
        #expect(
            try applied(moves, to: floats, fill: 0.3).values(Float.self) == applied(others, to: floats, fill: 0.3).values(Float.self))
    }

    @Test func `flips turn rows and columns round`() throws {
        let images = HostArray([1, 2, 3, 4, 5, 6] as [UInt8], [1, 2, 3, 1])
        #expect(try applied([.flip(1)], to: images).values(UInt8.self) == [3, 2, 1, 6, 5, 4])
        #expect(try applied([.flipVertically(1)], to: images).values(UInt8.self) == [4, 5, 6, 1, 2, 3])
        #expect(try applied([.flip(1), .flipVertically(1)], to: images).values(UInt8.self) == [6, 5, 4, 3, 2, 1])
    }

    /// Straight from the definition, in double precision: where a new pixel comes from, and the four old ones around that place.
    private func sampled(_ picture: [Float], _ height: Int, _ width: Int, _ channels: Int, _ from: (Double, Double) -> (Double, Double))
        -> [Float]
    {
        (0..<height * width * channels).map { place in
            let channel = place % channels, x = place / channels % width, y = place / channels / width
            let (u, v) = from(Double(x) - Double(width - 1) / 2, Double(y) - Double(height - 1) / 2)
            let sourceX = u + Double(width - 1) / 2, sourceY = v + Double(height - 1) / 2, left = floor(sourceX), top = floor(sourceY)
            var sum = 0.0
            for (column, row) in [(left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)] {
                let weight = (1 - abs(sourceX - column)) * (1 - abs(sourceY - row))
                guard column >= 0, row >= 0, Int(column) < width, Int(row) < height else { continue }
                sum += weight * Double(picture[(Int(row) * width + Int(column)) * channels + channel])
            }
            return Float(sum)
        }
    }

    @Test(arguments: [1, 3]) func `rotation, scale and shift are one bilinear sampling`(channels: Int) throws {
        let values = Self.noise([1, 9, 12, channels]).values(UInt8.self).map { Float($0) / 255 }
        for sample in 0..<20 {
            let got = try applied(
                [.rotate(40), .scale(0.6, 1.7), .shift(2), .flip(0.5)], to: HostArray(values, [1, 9, 12, channels]), sample: sample)
            var random = SampleRandom(seed: 1, epoch: 0, sample: sample)
            let angle = Double(random.uniform(-40, 40)) * .pi / 180
            let factor = exp(Double(random.uniform(log(0.6), log(1.7))))
            let x = Double(random.below(5) - 2), y = Double(random.below(5) - 2), flip = random.chance(0.5)
            // Steps in order: turn, then enlarge, then move, then mirror; a pixel's origin undoes them from the last to the first.
            let expected = sampled(values, 9, 12, channels) { column, row in
                let a = ((flip ? -column : column) - x) / factor, b = (row - y) / factor
                return (a * cos(angle) + b * sin(angle), b * cos(angle) - a * sin(angle))
            }
            #expect(largestDifference(got.values(Float.self), expected) < 2e-5)
        }
    }

    @Test func `colours keep their order and grey stays grey`() throws {
        let images = Self.noise([4, 5, 5, 3])
        let turned = try applied([.colour(brightness: 0, contrast: 0, saturation: 0, hue: 0.5)], to: images)
        let old = images.values(UInt8.self), new = turned.values(UInt8.self)
        #expect(old != new)
        for pixel in stride(from: 0, to: old.count, by: 3) {
            // A turned hue keeps the largest and the smallest value.
            #expect(abs(Int(old[pixel..<pixel + 3].max()!) - Int(new[pixel..<pixel + 3].max()!)) <= 1)
            #expect(abs(Int(old[pixel..<pixel + 3].min()!) - Int(new[pixel..<pixel + 3].min()!)) <= 1)
        }
        let grey = HostArray((0..<75).map { UInt8($0 / 3 * 10 % 256) }, [1, 5, 5, 3])
        #expect(
            try applied([.colour(brightness: 0, contrast: 0, saturation: 1, hue: 0.5)], to: grey).values(UInt8.self)
                == grey.values(UInt8.self))
        // A third of the circle carries red to green.
        var canvas = Canvas(height: 1, width: 1, channels: 3, white: 1, fill: 0)
        var red: [Float] = [1, 0.25, 0.25]
        red.withUnsafeMutableBufferPointer {
            canvas.load($0)
            canvas.turnHue(1 / 3)
            canvas.store($0)
        }
        #expect(largestDifference(red, [0.25, 1, 0.25]) < 1e-5)
    }

    @Test func `brightness multiplies and contrast spreads about the mean`() throws {
        let images = HostArray([10, 20, 30, 40] as [Float], [1, 2, 2, 1]).scaled(1 / 100)
        let bright = try applied([.colour(brightness: 0.5, contrast: 0, saturation: 0, hue: 0)], to: images).values(Float.self)
        let factor = bright[0] / 0.1
        #expect(0.5...1.5 ~= factor && largestDifference(bright, [0.1, 0.2, 0.3, 0.4].map { $0 * factor }) < 1e-6)
        let spread = try applied([.colour(brightness: 0, contrast: 0.5, saturation: 0, hue: 0)], to: images).values(Float.self)
        #expect(abs(spread.reduce(0, +) - 1) < 1e-5)
        #expect(spread[0] != 0.1)
    }

    @Test func `cutout fills a square`() throws {
        let images = HostArray([UInt8](repeating: 9, count: 100), [1, 10, 10, 1])
        for sample in 0..<50 {
            let filled = try applied([.cutout(4, probability: 1)], to: images, sample: sample).values(UInt8.self).count { $0 == 0 }
            #expect([4, 6, 8, 9, 12, 16].contains(filled))
        }
    }

    @Test func `nonsense traps and other arrays are refused`() async {
        #expect(throws: DatasetError("augment", "pictures are u8 or f32 [batch,h,w,channels], not i32[1,2]", at: "images")) {
            try applied([.flip(1)], to: HostArray([1, 2] as [Int32], [1, 2]))
        }
        #expect(throws: DatasetError("batch", #"no such column, only ["images"]"#, at: "pictures")) {
            var batch = batch(Self.noise([1, 2, 2, 1]))
            try ImageAugmentation([.flip(1)], column: "pictures").apply(to: &batch, seed: 1)
        }
        await #expect(processExitsWith: .failure) { _ = ImageAugmentation([.flip(2)]) }
    }
}

extension HostArray {
    /// Floats times a factor.
    fileprivate func scaled(_ factor: Float) -> HostArray { HostArray(values(Float.self).map { $0 * factor }, shape) }
}
