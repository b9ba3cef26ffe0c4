@testable import Datasets
import Engine
import Testing

@Suite("SeriesFile") struct SeriesFileTests {
    static let text =
        "# about\n@problemName Two\n@timeStamps false\n@univariate false\n@dimensions 2\n@classLabel true up down\n@data\n1,2,3:4,5,6:up\n7,?:8,9:down\n"

    @Test func `series have dimensions, lengths and classes`() throws {
        let file = try SeriesFile(Array(Self.text.utf8), at: "f")
        #expect(file.name == "Two" && file.dimensions == 2 && file.longest == 3 && file.classes == ["up", "down"])
        let samples = try file.samples()
        #expect(samples["signals"].shape == [2, 3, 2])
        let values = samples["signals"].values(Float.self)
        #expect(Array(values[..<8]) == [1, 4, 2, 5, 3, 6, 7, 8])
        #expect(values[8].isNaN && Array(values[9...]) == [9, 0, 0])
        #expect(samples["lengths"].values(Int32.self) == [3, 2])
        #expect(samples["labels"].values(Int32.self) == [0, 1])
    }

    @Test func `mistakes are named by line`() {
        func reason(_ text: String) -> String {
            do { _ = try SeriesFile(Array(text.utf8), at: "f") } catch { return "\(error)" }
            return ""
        }
        #expect(reason("1,2\n") == "ts 'f': line 1 comes before @data")
        #expect(reason("@classLabel true a b\n@data\n1,2:c\n") == #"ts 'f': line 3 has the class 'c', the header names ["a", "b"]"#)
        #expect(reason("@data\n1,2\n1,2:3,4\n") == "ts 'f': line 3 has 2 dimensions, not 1")
        #expect(reason("@data\n1,x\n") == "ts 'f': line 2: 'x' is no number")
        #expect(reason("@data\n1,2:3\n") == "ts 'f': line 2 has dimensions of different lengths")
        #expect(reason("@timeStamps true\n") == "ts 'f': has time stamps; only evenly spaced series are read")
        #expect(reason("@data\n") == "ts 'f': has no series")
    }

    @Test func `damaged files are refused and never trap`() {
        let result = fuzz(Array(Self.text.utf8), rounds: 10_000) { bytes in _ = try SeriesFile(bytes, at: "f").samples() }
        #expect(result.foreign == nil)
        #expect(result.refused > 2_000)
    }

    @Test(
        .data("ucr-uea"),
        arguments: [
            ("BasicMotions_TRAIN", [40, 100, 6], 4), ("GunPoint_TEST", [150, 150, 1], 2), ("ItalyPowerDemand_TEST", [1_029, 24, 1], 2),
            ("JapaneseVowels_TRAIN", [270, 26, 12], 9), ("JapaneseVowels_TEST", [370, 29, 12], 9),
        ]) func `the archive's files have their shapes`(name: String, shape: [Int], classes: Int) throws
    {
        let file = try SeriesFile(SharedData.path("ucr-uea/ts.zip/\(name).ts"))
        #expect(try file.samples()["signals"].shape.extents == shape)
        #expect(Set(file.labels).count == classes)
    }
}
