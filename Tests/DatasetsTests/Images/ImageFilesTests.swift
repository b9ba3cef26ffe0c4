@testable import Datasets
import Engine
import Testing

@Suite("Files of images") struct ImageFilesTests {
    @Test func `IDX numbers are big-endian`() throws {
        let array = try IDXFile.array([0, 0, 11, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 255, 254], at: "f")
        #expect(array.shape == [1, 2])
        #expect(array.values(Int16.self) == [0x102, -2])
    }

    @Test func `IDX files of the wrong length are refused`() {
        #expect(throws: DatasetError("idx", "has 3 bytes of numbers, which is not what u8[4294967295,4294967295] takes", at: "f")) {
            try IDXFile.array([0, 0, 8, 2] + [UInt8](repeating: 255, count: 8) + [1, 2, 3], at: "f")
        }
        let result = fuzz([0, 0, 13, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2] + [UInt8](repeating: 3, count: 16), rounds: 20_000) {
            _ = try IDXFile.array($0, at: "f")
        }
        #expect(result.foreign == nil)
        #expect(result.refused > 10_000)
    }

    @Test func `CIFAR records become pixels with channels last`() throws {
        let scratch = try Scratch()
        var record = [UInt8](repeating: 0, count: 3073)
        record[0] = 7
        for place in 0..<3072 { record[1 + place] = UInt8(place / 1024 * 50 + place % 1024 % 50) }
        let file = try scratch.write("a.bin", record + record)
        let samples = try CIFAR.samples([file])
        #expect(samples["labels"].values(Int32.self) == [7, 7])
        let image = samples["images"].values(UInt8.self)
        #expect(Array(image[..<6]) == [0, 50, 100, 1, 51, 101])
        #expect(Array(image[(3072 + 33 * 3)..<(3072 + 34 * 3)]) == [33, 83, 133])
        let short = try scratch.write("b.bin", Array(record.dropLast()))
        #expect(throws: DatasetError("cifar", "has 3072 bytes, which is not a multiple of 3073", at: short)) { try CIFAR.samples([short]) }
        record[0] = 10
        let wrong = try scratch.write("c.bin", record)
        #expect(throws: DatasetError("cifar", "record 0 has the label 10", at: wrong)) { try CIFAR.samples([wrong]) }
    }

    @Test(.data("mnist")) func `MNIST is complete`() throws {
        let data = try MNIST(at: SharedData.path("mnist"))
        #expect(data.train["images"].shape == [60_000, 28, 28, 1])
        #expect(data.test["images"].shape == [10_000, 28, 28, 1])
        #expect(Array(data.train["labels"].values(Int32.self).prefix(10)) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        let mean = data.train["images"].withElements(of: UInt8.self) { $0.reduce(0) { $0 + Int($1) } }
        #expect(abs(Double(mean) / (60_000 * 784 * 255) - 0.1307) < 1e-4)
    }

    @Test(.data("cifar10")) func `CIFAR-10 is balanced`() throws {
        let data = try CIFAR10(at: SharedData.path("cifar10"))
        #expect(data.train["images"].shape == [3_000, 32, 32, 3])
        #expect(data.test["images"].shape == [1_000, 32, 32, 3])
        for label in Int32(0)..<10 { #expect(data.train["labels"].values(Int32.self).count { $0 == label } == 300) }
    }

    @Test(.data("pneumoniamnist")) func `PneumoniaMNIST has its official parts`() throws {
        let data = try MedMNIST(SharedData.path("pneumoniamnist/pneumoniamnist.npz"))
        #expect([data.train, data.validation, data.test].map(\.count) == [4_708, 524, 624])
        #expect(data.test["images"].shape == [624, 28, 28, 1])
        #expect(data.test["labels"].values(Int32.self).count { $0 == 1 } == 390)
    }
}
