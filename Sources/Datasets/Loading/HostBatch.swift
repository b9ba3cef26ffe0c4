import Engine
public import Learning

/// A batch in the hands of the loader: arrays that may still be changed, and which samples they are.
public struct HostBatch: Sendable {
    /// The pass over the data that it belongs to.
    public let epoch: Int
    /// Its number within the epoch.
    public let number: Int
    /// The index of every sample in its source: with the seed and the epoch, all that random augmentation may depend on.
    public let samples: [Int]
    public private(set) var names: [String]
    private var arrays: [HostArray]

    public init(epoch: Int, number: Int, samples: [Int], names: [String], arrays: [HostArray]) {
        if names.count != arrays.count || Set(names).count != names.count {
            trap(DatasetError("batch", "needs a different name for each array, got \(names) for \(arrays.count)"))
        }
        self.epoch = epoch
        self.number = number
        self.samples = samples
        self.names = names
        self.arrays = arrays
        for (name, array) in zip(names, arrays) { check(name, array) }
    }

    /// How many samples it holds.
    public var count: Int { samples.count }

    /// The array of that name. Setting a new name adds an array.
    public subscript(name: String) -> HostArray {
        get {
            guard let place = names.firstIndex(of: name) else { trap(DatasetError("batch", "has only \(names)", at: name)) }
            return arrays[place]
        }
        set {
            check(name, newValue)
            if let place = names.firstIndex(of: name) {
                arrays[place] = newValue
            } else {
                names.append(name)
                arrays.append(newValue)
            }
        }
    }

    public func contains(_ name: String) -> Bool { names.contains(name) }

    /// The array of that name, or an error for a name that came from outside.
    public func array(_ name: String) throws -> HostArray {
        guard let place = names.firstIndex(of: name) else { throw DatasetError("batch", "no such column, only \(names)", at: name) }
        return arrays[place]
    }

    /// Changes an array where it lies, without a copy.
    public mutating func update<R>(_ name: String, _ body: (inout HostArray) throws -> R) throws -> R {
        guard let place = names.firstIndex(of: name) else { throw DatasetError("batch", "no such column, only \(names)", at: name) }
        let result = try body(&arrays[place])
        check(name, arrays[place])
        return result
    }

    /// Leaves an array out.
    public mutating func remove(_ name: String) {
        guard let place = names.firstIndex(of: name) else { return }
        names.remove(at: place)
        arrays.remove(at: place)
    }

    /// What the training step takes; shares the memory.
    public var batch: Batch { Batch(names: names, tensors: arrays.map(\.tensor)) }

    private func check(_ name: String, _ array: HostArray) {
        if array.shape.rank == 0 || array.count != count {
            trap(DatasetError("batch", "\(array.type) has not \(count) samples", at: name))
        }
    }
}
