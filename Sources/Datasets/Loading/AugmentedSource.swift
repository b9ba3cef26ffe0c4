import Learning

/// What changes a batch on its way to the step, as a pure function of (seed, epoch, sample index): another order of batches or
/// threads gives the same bits.
public protocol Augmentation: Sendable {
    func apply(to batch: inout HostBatch, seed: UInt64) throws
}

/// A source whose batches are augmented, by whichever thread makes them.
public struct AugmentedSource<Base: HostSource>: HostSource {
    public let base: Base
    let seed: UInt64
    let change: @Sendable (inout HostBatch, UInt64) throws -> Void

    public var sampleCount: Int { base.sampleCount }
    public var batchSize: Int { base.batchSize }

    public func epoch(_ number: Int) throws -> any HostEpoch { Epoch(base: try base.epoch(number), seed: seed, change: change) }

    private struct Epoch: HostEpoch {
        let base: any HostEpoch
        let seed: UInt64
        let change: @Sendable (inout HostBatch, UInt64) throws -> Void

        var batchCount: Int { base.batchCount }

        func batch(_ number: Int) throws -> HostBatch {
            var batch = try base.batch(number)
            try change(&batch, seed)
            return batch
        }
    }
}

extension HostSource {
    /// Changes every batch where it is made.
    ///
    /// The closure receives the seed; it draws by `SampleRandom(seed:epoch:sample:)` and so depends on nothing else.
    public func augmented(
        seed: UInt64, _ change: @escaping @Sendable (inout HostBatch, UInt64) throws -> Void
    ) -> AugmentedSource<Self> {
        AugmentedSource(base: self, seed: seed, change: change)
    }

    /// These augmentations one after the other; each draws numbers of its own.
    public func augmented(seed: UInt64, by augmentations: [any Augmentation]) -> AugmentedSource<Self> {
        augmented(seed: seed) { batch, seed in
            for (place, augmentation) in augmentations.enumerated() {
                try augmentation.apply(to: &batch, seed: seed &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15)
            }
        }
    }

    /// The same change for every batch, without random numbers, such as scaling.
    public func mapped(_ change: @escaping @Sendable (inout HostBatch) throws -> Void) -> AugmentedSource<Self> {
        AugmentedSource(base: self, seed: 0) { batch, _ in try change(&batch) }
    }
}
