@testable import Datasets
import Engine
import Foundation
import Testing

@Suite("Pictures against Pillow") struct PictureGoldenTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let kind: String
        let name: String
        let file: Data?
        let pixels: Data?
        let filter: String?
        let size: [Int]
        let input: Data?
        let newSize: [Int]?
        let output: Data?
        let values: [Float]?
        let result: [Float]?
        var testDescription: String { name }
    }

    static let cases = try! goldenLines("pictures").map { try JSONDecoder().decode(Case.self, from: $0) }

    @Test func `the cases are complete`() {
        #expect(Self.cases.count { $0.kind == "decode" } == 13)
        #expect(Self.cases.count { $0.kind == "resize" } == 15)
        #expect(Self.cases.count { $0.kind == "resizeFloat" } == 2)
    }

    @Test(arguments: cases.filter { $0.kind == "decode" }) func `files decode to the same pixels`(one: Case) throws {
        let picture = try ImageFile.decode([UInt8](one.file!))
        #expect([picture.height, picture.width, picture.channels] == one.size)
        // Inks become light by one rounding more or less; everything else is exact.
        let allowed = one.name == "jpeg.cmyk" ? 1 : 0
        let worst = zip(picture.pixels, [UInt8](one.pixels!)).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(worst <= allowed)
        #expect(picture.pixels.count == one.pixels!.count)
    }

    @Test(arguments: cases.filter { $0.kind == "resize" }) func `bytes are resized to the bit`(one: Case) throws {
        let target = one.newSize!
        let picture = Image([UInt8](one.input!), width: one.size[1], height: one.size[0], channels: one.size[2])
        let resized = picture.resized(width: target[1], height: target[0], by: try #require(ResizeFilter(rawValue: one.filter!)))
        #expect(resized.pixels == [UInt8](one.output!))
        let all = try picture.array.reshaped([1, one.size[0], one.size[1], one.size[2]])
            .resizedImages(height: target[0], width: target[1], by: #require(ResizeFilter(rawValue: one.filter!)))
        #expect(all.values(UInt8.self) == [UInt8](one.output!))
    }

    @Test(arguments: cases.filter { $0.kind == "resizeFloat" }) func `floats are resized as PyTorch does with antialiasing`(one: Case) {
        let resize = Resize(from: (one.size[0], one.size[1]), to: (one.newSize![0], one.newSize![1]), channels: one.size[2])
        #expect(largestDifference(resize.run(one.values!), one.result!) < 1e-6)
    }

    @Test func `damaged pictures are refused and never trap`() throws {
        for one in Self.cases where one.kind == "decode" {
            let result = fuzz([UInt8](one.file!), rounds: 300) { _ = try ImageFile.decode($0, maximumPixels: 1 << 20) }
            #expect(result.foreign == nil)
            #expect(result.refused > 30, "\(one.name)")
        }
    }

    @Test func `sizes are checked before memory is taken`() throws {
        let png = [UInt8](try #require(Self.cases.first { $0.name == "png.rgb" }).file!)
        #expect(throws: DatasetError("image", "has 18 x 21 pixels, the limit is 377", at: "f")) {
            try ImageFile.decode(png, at: "f", maximumPixels: 377)
        }
        let jpeg = [UInt8](try #require(Self.cases.first { $0.name == "jpeg.grey" }).file!)
        #expect(throws: DatasetError("image", "has 23 x 19 pixels, the limit is 400", at: "f")) {
            try ImageFile.decode(jpeg, at: "f", maximumPixels: 400)
        }
        #expect(throws: DatasetError("image", "is neither JPEG nor PNG", at: "f")) { try ImageFile.decode([1, 2, 3], at: "f") }
        #expect(throws: DatasetError.self) { try ImageFile.decode(Array(jpeg.dropLast(40)), at: "f") }
    }
}
