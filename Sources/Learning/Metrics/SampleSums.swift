/// What one sample adds to the sums that a metric is made of.
public struct SampleSums {
    struct Entry { var slot: Int; var amount: Double }
    private(set) var entries: [Entry] = []

    public init() {}

    /// Adds an amount to the sum with this number.
    public mutating func add(_ amount: Double, at slot: Int) {
        // Metrics over rows add to the same few sums again and again.
        for place in entries.indices.suffix(8) where entries[place].slot == slot {
            entries[place].amount += amount
            return
        }
        entries.append(Entry(slot: slot, amount: amount))
    }

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }
}
