public import Learning

/// A bounded choice of the samples of a stream, to be learned again.
///
/// Every sample of a class has the same chance to be in it, however long the stream is. While there is room everything is kept; then a
/// class that has never been the largest takes a place of the largest one, and the others keep a random choice of theirs: a rare class is
/// kept whole as long as that is possible. With one class, or numbers for targets, this is reservoir sampling. `draw` takes all classes
/// equally often.
///
/// Vitter: Random sampling with a reservoir (TOMS 1985). Chrysakis, Moens: Online continual learning from imbalanced data (ICML 2020).
public struct ReplayMemory: StreamState, Sendable {
    /// What is kept of a sample beside its numbers.
    private struct Slot: Hashable {
        var label: Int32
        var weight: Float
    }

    public let capacity: Int
    /// 1 where targets are numbers.
    public let classes: Int
    private(set) var samples: SampleSet
    private var slots: [Slot] = []
    private var members: [[Int32]]  // of each class, its slots
    private var seen: [Int]  // of each class, samples that came
    private var wasLargest: [Bool]

    public init(capacity: Int, inputWidth: Int, targetWidth: Int, classes: Int = 1) {
        precondition(
            (1...1 << 24).contains(capacity) && (1...1 << 20).contains(classes), "replay memory: capacity or classes out of range")
        self.capacity = capacity
        self.classes = classes
        samples = SampleSet(inputWidth: inputWidth, targetWidth: targetWidth)
        members = Array(repeating: [], count: classes)
        seen = Array(repeating: 0, count: classes)
        wasLargest = Array(repeating: false, count: classes)
    }

    public var count: Int { samples.count }
    public func count(of label: Int) -> Int { members[label].count }
    public func input(_ slot: Int) -> ArraySlice<Float> { samples.input(slot) }
    public func target(_ slot: Int) -> ArraySlice<Float> { samples.target(slot) }
    public func weight(_ slot: Int) -> Float { slots[slot].weight }

    /// Keeps a sample, or not, as chance has it.
    ///
    /// - Parameter label: the class, 0 where there is but one.
    public mutating func add(
        _ input: some Collection<Float>, target: some Collection<Float>, label: Int = 0, weight: Float = 1, random: inout SplitMix
    ) {
        precondition((0..<classes).contains(label), "replay memory: class \(label) of \(classes)")
        seen[label] += 1
        let slot = Slot(label: Int32(label), weight: weight)
        if count < capacity {
            members[label].append(Int32(count))
            samples.append(input, target: target)
            slots.append(slot)
            return
        }
        var largest = 0
        for other in 0..<classes where members[other].count > members[largest].count { largest = other }
        wasLargest[largest] = true
        if wasLargest[label], !members[label].isEmpty {
            let place = random.below(seen[label])
            guard place < members[label].count else { return }
            replace(Int(members[label][place]), input, target, slot)
        } else {
            let place = random.below(members[largest].count), victim = members[largest][place]
            members[largest].swapAt(place, members[largest].count - 1)
            members[largest].removeLast()
            members[label].append(victim)
            replace(Int(victim), input, target, slot)
        }
    }

    private mutating func replace(_ place: Int, _ input: some Collection<Float>, _ target: some Collection<Float>, _ slot: Slot) {
        samples.replace(place, input, target: target)
        slots[place] = slot
    }

    /// The slot of a random sample of a random class; nil while there is none.
    public func draw(_ random: inout SplitMix) -> Int? {
        guard count > 0 else { return nil }
        var present = 0
        for label in 0..<classes where !members[label].isEmpty { present += 1 }
        var left = random.below(present)
        for label in 0..<classes where !members[label].isEmpty {
            if left == 0 { return Int(members[label][random.below(members[label].count)]) }
            left -= 1
        }
        return nil
    }

    public mutating func removeAll() {
        self = ReplayMemory(
            capacity: capacity, inputWidth: samples.inputWidth, targetWidth: samples.targetWidth, classes: classes)
    }

    public var memoryLimit: Int { bytes(capacity) }
    public var memoryBytes: Int { bytes(count) }

    private func bytes(_ count: Int) -> Int {
        MemoryLayout<Self>.size + 40 * classes + 12 * count
            + SampleSet.bytes(count, inputWidth: samples.inputWidth, targetWidth: samples.targetWidth)
    }

    public func write(to writer: inout StateWriter) {
        writer.begin("replay-memory")
        writer.write(capacity)
        writer.write(classes)
        writer.write(samples)
        writer.write(slots.map(\.weight))
        // The order of the members decides what is drawn.
        for label in 0..<classes { writer.write(members[label]) }
        writer.write(seen)
        for truth in wasLargest { writer.write(truth) }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin("replay-memory")
        capacity = try reader.int("capacity", in: 1...1 << 24)
        classes = try reader.int("classes", in: 1...min(1 << 20, 1 + reader.remaining))
        samples = try reader.state(SampleSet.self)
        try reader.require(samples.count <= capacity, "samples", "are more than \(capacity)")
        let weights = try reader.numbers(Float.self, "weights", count: samples.count)
        try reader.require(weights.allSatisfy { $0 > 0 && $0 <= 1e6 }, "weights", "are out of range")
        slots = weights.map { Slot(label: -1, weight: $0) }
        var members: [[Int32]] = []
        for label in 0..<classes {
            let own = try reader.numbers(Int32.self, "members", limit: samples.count)
            for slot in own {
                try reader.require(slots.indices.contains(Int(slot)) && slots[Int(slot)].label < 0, "members", "name slot \(slot) wrongly")
                slots[Int(slot)].label = Int32(label)
            }
            members.append(own)
        }
        self.members = members
        try reader.require(slots.allSatisfy { $0.label >= 0 }, "members", "leave a slot out")
        let counts = try reader.numbers(Int64.self, "seen", count: classes)
        try reader.require(
            counts.indices.allSatisfy { Int64(members[$0].count) <= counts[$0] && counts[$0] <= 1 << 53 }, "seen", "is out of range")
        seen = counts.map(Int.init)
        wasLargest = []
        for _ in 0..<classes { wasLargest.append(try reader.truth("largest")) }
    }
}
