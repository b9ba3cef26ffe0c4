import Datasets
import Engine
import Features
import Testing

@Suite("FeatureSource") struct FeatureSourceTests {
    @Test func `batches hold the windows and targets of their samples`() throws {
        let frame = try Frame(["x": Column((0..<10).map(Double.init)), "k": Column((0..<10).map { $0 % 2 == 0 ? "a" : "b" })])
        let set = try FeatureDefinition(
            inputs: [InputGroup("x", ["x"])], window: WindowDefinition(length: 3), target: TargetDefinition("k", classes: [])
        ).fit(frame).transform(frame)
        let source = FeatureSource(set, batch: 3, order: .stored)
        let batches = try source.batches(epoch: 0)
        #expect(batches.map(\.count) == [3, 3, 2])
        #expect(batches[2].names == ["x", "target"])
        #expect(batches[2]["x"].shape == [2, 3, 1])
        #expect(batches[2]["x"].values(Float.self) == [6, 7, 8, 7, 8, 9])
        #expect(batches[2]["target"].values(Int32.self) == [0, 1])
        let shuffled = FeatureSource(set, samples: [1, 4, 6], batch: 2, order: .shuffled(seed: 3), dropLast: true)
        #expect(shuffled.sampleCount == 2)
        #expect(try shuffled.batches(epoch: 1).map(\.samples) == shuffled.batches(epoch: 1).map(\.samples))
        #expect(try Set(shuffled.batches(epoch: 1)[0].samples).isSubset(of: [1, 4, 6]))
    }
}
