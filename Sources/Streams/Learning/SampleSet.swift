public import Formats

/// Samples with their targets as flat rows, in the order in which they came.
///
/// A row is what a net reads for one sample, input after input; whole numbers stand there as their bits (`Float(bitPattern:)`).
public struct SampleSet: StreamState, Sendable {
    /// Numbers of a row and of a target.
    public let inputWidth: Int
    public let targetWidth: Int
    /// Row by row.
    public private(set) var inputs: [Float] = []
    public private(set) var targets: [Float] = []
    public private(set) var count = 0

    public init(inputWidth: Int, targetWidth: Int) {
        precondition(
            (1...1 << 20).contains(inputWidth) && (0...1 << 20).contains(targetWidth),
            "samples: rows of \(inputWidth) with targets of \(targetWidth) numbers are out of range")
        self.inputWidth = inputWidth
        self.targetWidth = targetWidth
    }

    public var isEmpty: Bool { count == 0 }
    public func input(_ place: Int) -> ArraySlice<Float> { inputs[place * inputWidth..<(place + 1) * inputWidth] }
    public func target(_ place: Int) -> ArraySlice<Float> { targets[place * targetWidth..<(place + 1) * targetWidth] }

    public mutating func append(_ input: some Collection<Float>, target: some Collection<Float> = EmptyCollection()) {
        precondition(
            input.count == inputWidth && target.count == targetWidth,
            "samples: \(input.count) and \(target.count) numbers, expected \(inputWidth) and \(targetWidth)")
        inputs.append(contentsOf: input)
        targets.append(contentsOf: target)
        count += 1
    }

    /// Puts another sample into a place.
    mutating func replace(_ place: Int, _ input: some Collection<Float>, target: some Collection<Float>) {
        precondition(input.count == inputWidth && target.count == targetWidth, "samples: a sample of another size")
        inputs.replaceSubrange(place * inputWidth..<(place + 1) * inputWidth, with: input)
        targets.replaceSubrange(place * targetWidth..<(place + 1) * targetWidth, with: target)
    }

    public mutating func append(contentsOf other: SampleSet) {
        for place in 0..<other.count { append(other.input(place), target: other.target(place)) }
    }

    /// Removes the first samples so that at most `limit` are left.
    public mutating func keepNewest(_ limit: Int) {
        let surplus = count - limit
        guard surplus > 0 else { return }
        inputs.removeFirst(surplus * inputWidth)
        targets.removeFirst(surplus * targetWidth)
        count = limit
    }

    public mutating func removeAll() {
        inputs.removeAll(keepingCapacity: true)
        targets.removeAll(keepingCapacity: true)
        count = 0
    }

    /// These samples in this order; traps where there is no such sample.
    public func selecting(_ places: some Sequence<Int>) -> SampleSet {
        var chosen = SampleSet(inputWidth: inputWidth, targetWidth: targetWidth)
        for place in places { chosen.append(input(place), target: target(place)) }
        return chosen
    }

    /// The hash of all rows and targets: what a ledger calls these data.
    public var digest: SHA256.Digest { stateDigest }

    /// Bytes that so many samples take.
    static func bytes(_ count: Int, inputWidth: Int, targetWidth: Int) -> Int { 4 * count * (inputWidth + targetWidth) }

    public var memoryBytes: Int { MemoryLayout<Self>.size + Self.bytes(count, inputWidth: inputWidth, targetWidth: targetWidth) }

    public func write(to writer: inout StateWriter) {
        writer.begin("samples")
        for number in [inputWidth, targetWidth, count] { writer.write(number) }
        writer.write(inputs)
        writer.write(targets)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin("samples")
        let inputWidth = try reader.int("input width", in: 1...1 << 20), targetWidth = try reader.int("target width", in: 0...1 << 20)
        self.init(inputWidth: inputWidth, targetWidth: targetWidth)
        count = try reader.int("count", in: 0...max(0, reader.remaining / 4 / inputWidth))
        inputs = try reader.numbers(Float.self, "inputs", count: count * inputWidth)
        targets = try reader.numbers(Float.self, "targets", count: count * targetWidth)
    }
}
