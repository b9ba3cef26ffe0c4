import Datasets
import Learning

/// Several passes over a small source as one epoch, each in its own order.
struct RepeatedSource<Base: HostSource>: HostSource {
    let base: Base
    let times: Int

    var sampleCount: Int { base.sampleCount * times }
    var batchSize: Int { base.batchSize }

    func epoch(_ number: Int) throws -> any HostEpoch {
        Epoch(passes: try (0..<times).map { try base.epoch(number * times + $0) })
    }

    private struct Epoch: HostEpoch {
        let passes: [any HostEpoch]
        var batchCount: Int { passes.map(\.batchCount).reduce(0, +) }
        func batch(_ number: Int) throws -> HostBatch {
            try passes[number / passes[0].batchCount].batch(number % passes[0].batchCount)
        }
    }
}

extension HostSource {
    func repeated(_ times: Int) -> RepeatedSource<Self> { RepeatedSource(base: self, times: times) }
}
