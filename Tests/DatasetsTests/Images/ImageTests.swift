@testable import Datasets
import Engine
import Learning
import Foundation
import Testing

@Suite("Image") struct ImageTests {
    private let picture = Image([1, 2, 3, 4, 5, 6], width: 3, height: 2, channels: 1)

    @Test func `cropping reaches outside with the fill`() {
        #expect(picture.cropped(x: 1, y: 0, width: 2, height: 2).pixels == [2, 3, 5, 6])
        #expect(picture.cropped(x: -1, y: 1, width: 3, height: 2, fill: 9).pixels == [9, 4, 5, 9, 9, 9])
        #expect(picture.cropped(x: 5, y: 5, width: 2, height: 1, fill: 9).pixels == [9, 9])
        #expect(picture.cropped(x: -5, y: -5, width: 2, height: 2, fill: 9).pixels == [9, 9, 9, 9])
        #expect(picture.centreCropped(width: 1, height: 2).pixels == [2, 5])
    }

    @Test func `colours become grey and grey becomes colour`() {
        #expect(Image([255, 0, 0, 0, 255, 0], width: 2, height: 1, channels: 3).grey.pixels == [76, 150])
        #expect(Image([7, 200], width: 1, height: 1, channels: 2).rgb.pixels == [7, 7, 7])
        #expect(Image([1, 2, 3, 4], width: 1, height: 1, channels: 4).rgb.pixels == [1, 2, 3])
    }

    @Test func `normalisation is per channel and learned from images`() throws {
        let images = HostArray([0, 255, 255, 255] as [UInt8], [1, 1, 2, 2])
        let learned = try Normalisation(of: images)
        #expect(learned.mean == [0.5, 1])
        #expect(learned.deviation == [0.5, 1])
        #expect(try learned(images).values(Float.self) == [-1, 0, 1, 0])
        let floats = HostArray([0, 1, 1, 1] as [Float], [1, 1, 2, 2])
        #expect(try learned(floats).values(Float.self) == [-1, 0, 1, 0])
        #expect(throws: DatasetError("normalisation", "has 2 channels, the images are u8[4,1]")) { try learned(images.reshaped([4, 1])) }
    }

    @Test(arguments: [1, 3, 5]) func `normalisation takes any number of pixels`(channels: Int) throws {
        let mean = (0..<channels).map { Float($0) * 0.1 }, deviation = (0..<channels).map { 0.5 + Float($0) }
        let bytes = (0..<67 * channels).map { UInt8($0 * 7 % 256) }
        let scaled = try Normalisation(mean: mean, deviation: deviation)(HostArray(bytes, [67, channels])).values(Float.self)
        for (place, value) in scaled.enumerated() {
            let channel = place % channels
            #expect(abs(value - (Float(bytes[place]) / 255 - mean[channel]) / deviation[channel]) < 1e-6)
        }
    }

    @Test func `folders are classes and pictures are read by the loader`() throws {
        let scratch = try Scratch()
        let png = try #require(PictureGoldenTests.cases.first { $0.name == "png.rgb" }),
            jpeg = try #require(PictureGoldenTests.cases.first { $0.name == "jpeg.grey" })
        _ = try scratch.write("dog/b/2.PNG", [UInt8](png.file!))
        _ = try scratch.write("cat/1.jpg", [UInt8](jpeg.file!))
        _ = try scratch.write("cat/notes.txt", "no picture")
        let folder = try ImageFolder(at: scratch.path)
        #expect(folder.classes == ["cat", "dog"])
        #expect(folder.files.map(\.label) == [0, 1])
        let all = try folder.samples(height: 21, width: 18)
        #expect(all["images"].shape == [2, 21, 18, 3])
        #expect(all["labels"].values(Int32.self) == [0, 1])
        // The second picture has the wanted size already.
        #expect(Array(all["images"].values(UInt8.self).suffix(21 * 18 * 3)) == [UInt8](png.pixels!))
        var ahead = try folder.source(height: 8, width: 8, channels: 1, fit: .stretch, batch: 1, order: .stored).prefetched().batches(
            epoch: 0, from: 1)
        let batch = try #require(try ahead.next())
        #expect(batch.images.shape == [1, 8, 8, 1])
        #expect(batch.labels.values(Int32.self) == [1])
        _ = try scratch.write("dog/broken.png", [0x89, 0x50])
        #expect(throws: DatasetError("image", "is neither JPEG nor PNG", at: "\(scratch.path)/dog/broken.png")) {
            try ImageFolder(at: scratch.path).samples(height: 4, width: 4)
        }
    }
}
