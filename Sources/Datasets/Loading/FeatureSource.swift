import Engine
public import Features
import Learning

/// Batches of the samples of a table: inputs by their names, and `target` where there is one. Windows are cut when a batch is made, so that
/// overlapping ones take the memory of their rows once.
public struct FeatureSource: HostSource {
    public let features: FeatureSet
    /// The samples of the set that are shown.
    public let samples: [Int]
    public let batchSize: Int
    public let order: SampleOrder
    /// Whether a last batch that is not full is left out.
    public let dropLast: Bool

    /// `samples` are all of the set's where they are not said.
    public init(_ features: FeatureSet, samples: [Int]? = nil, batch: Int, order: SampleOrder, dropLast: Bool = false) {
        if batch < 1 { trap(DatasetError("source", "a batch of \(batch) samples")) }
        self.features = features
        self.samples = samples ?? Array(0..<features.count)
        if let odd = self.samples.first(where: { !(0..<features.count).contains($0) }) {
            trap(DatasetError("source", "there is no sample \(odd), only \(features.count)"))
        }
        batchSize = batch
        self.order = order
        self.dropLast = dropLast
    }

    public var sampleCount: Int { dropLast ? samples.count / batchSize * batchSize : samples.count }

    public func epoch(_ number: Int) -> any HostEpoch {
        Epoch(source: self, number: number, order: order.order(of: samples.count, epoch: number))
    }

    private struct Epoch: HostEpoch {
        let source: FeatureSource
        let number: Int
        let order: [Int]

        var batchCount: Int { source.batchCount }

        func batch(_ place: Int) -> HostBatch {
            let chosen = order[batchRange(place, of: source.batchSize, in: source.sampleCount)].map { source.samples[$0] }
            let arrays = source.features.inputs + (source.features.target.map { [$0] } ?? [])
            return HostBatch(
                epoch: number, number: place, samples: chosen, names: arrays.map(\.name),
                arrays: arrays.map { array in
                    let shape = Shape([chosen.count] + array.shape)
                    switch array.values(of: chosen) {
                    case .float(let values): return HostArray(values, shape)
                    case .int(let values): return HostArray(values, shape)
                    }
                })
        }
    }
}
