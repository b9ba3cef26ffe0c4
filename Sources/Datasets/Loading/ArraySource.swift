public import Engine
import Learning

/// Batches cut from arrays in memory.
///
/// The order of an epoch is a pure function of (seed, epoch), so a run continued at batch `n` sees what the unbroken run would have seen.
public struct ArraySource: HostSource {
    public let samples: Samples
    public let batchSize: Int
    public let order: SampleOrder
    /// Whether a last batch that is not full is left out: every step then has the same shapes.
    public let dropLast: Bool

    public init(_ samples: Samples, batch: Int, order: SampleOrder, dropLast: Bool = false) {
        if batch < 1 { trap(DatasetError("source", "a batch of \(batch) samples")) }
        self.samples = samples
        self.batchSize = batch
        self.order = order
        self.dropLast = dropLast
    }

    public init(_ columns: KeyValuePairs<String, Tensor>, batch: Int, order: SampleOrder, dropLast: Bool = false) {
        self.init(
            Samples(names: columns.map(\.key), arrays: columns.map { HostArray($0.value) }), batch: batch, order: order, dropLast: dropLast)
    }

    /// Samples that an epoch shows.
    public var sampleCount: Int { dropLast ? samples.count / batchSize * batchSize : samples.count }

    public func epoch(_ number: Int) -> any HostEpoch {
        Epoch(source: self, number: number, order: order.order(of: samples.count, epoch: number))
    }

    private struct Epoch: HostEpoch {
        let source: ArraySource
        let number: Int
        let order: [Int]

        var batchCount: Int { source.batchCount }

        func batch(_ place: Int) -> HostBatch {
            let chosen = Array(order[batchRange(place, of: source.batchSize, in: source.sampleCount)])
            return HostBatch(
                epoch: number, number: place, samples: chosen, names: source.samples.names,
                arrays: source.samples.arrays.map { $0.gathered(chosen) })
        }
    }
}

/// The places of a batch's samples in the order of an epoch.
func batchRange(_ number: Int, of size: Int, in count: Int) -> Range<Int> {
    if number < 0 || number * size >= count {
        trap(DatasetError("source", "there is no batch \(number) of \(size) in \(count) samples"))
    }
    return number * size..<min(count, (number + 1) * size)
}
