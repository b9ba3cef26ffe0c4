@testable import Datasets
import Engine
import Testing

@Suite("WindowSource") struct WindowSourceTests {
    /// Step t has the values t and 100 + t.
    private let series = HostArray((0..<20).flatMap { [Float($0), Float(100 + $0)] }, [20, 2])

    @Test func `a window is look-back and horizon`() throws {
        let source = try WindowSource(series, lookBack: 3, horizon: 2, batch: 4, order: .stored)
        #expect(source.sampleCount == 16)
        let batch = try source.batches(epoch: 0)[3]
        #expect(batch.samples == [12, 13, 14, 15])
        #expect(batch["inputs"].shape == [4, 3, 2])
        #expect(Array(batch["inputs"].values(Float.self).suffix(6)) == [15, 115, 16, 116, 17, 117])
        #expect(Array(batch["targets"].values(Float.self).suffix(4)) == [18, 118, 19, 119])
    }

    @Test func `strides, ranges and chosen targets`() throws {
        let source = try WindowSource(series, lookBack: 2, horizon: 3, stride: 4, range: 5..<18, targets: [1], batch: 8, order: .stored)
        #expect(source.sampleCount == 3)
        let batch = try source.batches(epoch: 0)[0]
        #expect(batch["inputs"].values(Float.self).map { Int($0) % 100 } == [5, 5, 6, 6, 9, 9, 10, 10, 13, 13, 14, 14])
        #expect(batch["targets"].shape == [3, 3, 1])
        #expect(batch["targets"].values(Float.self) == [107, 108, 109, 111, 112, 113, 115, 116, 117])
    }

    @Test func `what does not fit is refused`() {
        #expect(throws: DatasetError("windows", "20 steps hold no window of 15 + 6")) {
            try WindowSource(series, lookBack: 15, horizon: 6, batch: 1, order: .stored)
        }
        #expect(throws: DatasetError("windows", "the steps 5..<21 lie outside the series of 20")) {
            try WindowSource(series, lookBack: 1, horizon: 1, range: 5..<21, batch: 1, order: .stored)
        }
        #expect(throws: DatasetError("windows", "a series is f32[time,channels], not f32[40]")) {
            try WindowSource(series.reshaped([40]), lookBack: 1, horizon: 1, batch: 1, order: .stored)
        }
    }
}
