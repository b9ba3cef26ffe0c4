import Engine
import Learning

extension OnlineNet: CheckpointPart {
    public var partName: String { "online-net" }

    /// Every variable that learning changes, in one order.
    private var kept: [Variable] {
        [spread] + parts.flatMap { [$0.variable] + $0.slots + [$0.importance, $0.anchor].compactMap { $0 } }
    }

    /// Everything but the bundle and the settings.
    public func save(to writer: inout StateWriter) {
        writer.begin("online-net")
        for number in [learned, refused, anchors, updateCount, skippedCount] { writer.write(number) }
        for variable in kept { writer.write(variable.value.values(Float.self)) }
        writer.write(random)
        writer.write(pending)
        writer.write(pendingWeights)
        writer.write(stream)
        writer.write(reference)
        if let balance { writer.write(balance) }
    }

    /// Takes back what a net of the same bundle and settings wrote.
    public func restore(from reader: inout StateReader) throws {
        try reader.begin("online-net")
        let counts = try ["learned", "refused", "anchors", "updates", "skips"].map { try reader.count($0) }
        let values = try kept.map { variable in
            let numbers = try reader.numbers(Float.self, variable.name, count: variable.type.shape.count)
            try reader.require(isFinite(numbers), variable.name, "holds a number that is not finite")
            return numbers
        }
        try reader.require(values[0].allSatisfy { $0 > 0 }, "spread", "holds a number that is not positive")
        let random = try reader.state(SplitMix.self), pending = try reader.state(SampleSet.self)
        let weights = try reader.numbers(Float.self, "weights", count: pending.count)
        try reader.require(pending.count < settings.fresh && areUsable(pending), "pending", "holds what cannot be learned")
        try reader.require(weights.allSatisfy { $0 > 0 && $0 <= 1e6 }, "weights", "are out of range")
        let stream = try memory(from: &reader, like: self.stream), reference = try memory(from: &reader, like: self.reference)
        if balance != nil {
            let found = try reader.state(ClassBalance.self)
            try reader.require(found.classes == ports.classes && found.rule == .inverseFrequency, "balance", "is of other classes")
            balance = found
        }
        (learned, refused, anchors) = (counts[0], counts[1], counts[2])
        updates.assign(Tensor([Int64(counts[3])], []))
        skips.assign(Tensor([Int64(counts[4])], []))
        for (variable, numbers) in zip(kept, values) { variable.assign(Tensor(numbers, variable.type.shape)) }
        self.random = random
        self.pending = pending
        pendingWeights = weights
        self.stream = stream
        self.reference = reference
    }

    private func memory(from reader: inout StateReader, like own: ReplayMemory) throws -> ReplayMemory {
        let found = try reader.state(ReplayMemory.self)
        try reader.require(found.capacity == own.capacity && found.classes == own.classes, "memory", "is of another size")
        try reader.require(areUsable(found.samples), "memory", "holds what cannot be learned")
        return found
    }

    private func areUsable(_ samples: SampleSet) -> Bool {
        guard samples.inputWidth == ports.inputWidth, samples.targetWidth == ports.targetWidth else { return false }
        return (0..<samples.count).allSatisfy { accepts(samples.input($0), samples.target($0), 1) }
    }
}
