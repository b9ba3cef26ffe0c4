/// Samples one behind the other in memory that is taken once, and which events gave them.
public struct FlatSamples: Sendable {
    /// Numbers of a sample: the inputs one behind the other, whole numbers as their bits (`Float(bitPattern:)`).
    public let width: Int
    /// Most samples.
    public let capacity: Int
    /// Sample by sample; those from `count` on mean nothing.
    public internal(set) var values: [Float]
    /// For each sample the row of the events that completed it.
    public internal(set) var rows: [Int] = []
    /// Events that were refused, and why.
    public internal(set) var refusals: [(row: Int, error: FeatureError)] = []

    public init(width: Int, capacity: Int) {
        self.width = width
        self.capacity = capacity
        values = [Float](repeating: 0, count: width * capacity)
        rows.reserveCapacity(capacity)
    }

    public var count: Int { rows.count }
    public var isFull: Bool { rows.count == capacity }

    /// Forgets samples and refusals and keeps the memory.
    public mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        refusals.removeAll(keepingCapacity: true)
    }
}
