import Engine

/// A data set in memory: named arrays with one entry a sample.
public struct Samples: Sendable {
    public let names: [String]
    public let arrays: [HostArray]
    /// What the numbers of the labels mean, where the data set says it.
    public let classes: [String]

    public init(_ columns: KeyValuePairs<String, HostArray>, classes: [String] = []) {
        self.init(names: columns.map(\.key), arrays: columns.map(\.value), classes: classes)
    }

    public init(names: [String], arrays: [HostArray], classes: [String] = []) {
        if names.isEmpty || names.count != arrays.count || Set(names).count != names.count {
            trap(DatasetError("samples", "needs a different name for each array, got \(names) for \(arrays.count)"))
        }
        if let odd = arrays.firstIndex(where: { $0.shape.rank == 0 || $0.count != arrays[0].count }) {
            trap(
                DatasetError("samples", "the first axis counts the samples: \(arrays[0].type) and \(arrays[odd].type)", at: names[odd])
            )
        }
        self.names = names
        self.arrays = arrays
        self.classes = classes
    }

    /// How many samples there are.
    public var count: Int { arrays[0].count }

    public subscript(name: String) -> HostArray {
        guard let place = names.firstIndex(of: name) else { trap(DatasetError("samples", "has only \(names)", at: name)) }
        return arrays[place]
    }

    /// The samples at these places: a fold, a speaker, a validation part.
    public func selecting(_ places: [Int]) -> Samples {
        Samples(names: names, arrays: arrays.map { $0.gathered(places) }, classes: classes)
    }

    /// This data set with one more array, or with one replaced.
    public func with(_ name: String, _ array: HostArray) -> Samples {
        guard let place = names.firstIndex(of: name) else {
            return Samples(names: names + [name], arrays: arrays + [array], classes: classes)
        }
        var changed = arrays
        changed[place] = array
        return Samples(names: names, arrays: changed, classes: classes)
    }

    /// A random part of `fraction` of the samples and the rest, a pure function of the seed: `(rest, part)`, each in stored order.
    public func split(_ fraction: Double, seed: UInt64) -> (rest: Samples, part: Samples) {
        let order = SampleOrder.shuffled(seed: seed).order(of: count, epoch: 0)
        let taken = Int((Double(count) * min(max(fraction, 0), 1)).rounded())
        return (selecting(order[taken...].sorted()), selecting(order[..<taken].sorted()))
    }

    /// Batches for training, in another order every epoch.
    public func shuffled(batch: Int, seed: UInt64, dropLast: Bool = false) -> ArraySource {
        ArraySource(self, batch: batch, order: .shuffled(seed: seed), dropLast: dropLast)
    }

    /// Batches in stored order, for evaluation.
    public func inOrder(batch: Int) -> ArraySource { ArraySource(self, batch: batch, order: .stored) }
}
