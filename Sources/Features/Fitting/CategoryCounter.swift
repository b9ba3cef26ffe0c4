/// Counts distinct strings up to a bound.
struct CategoryCounter {
    /// Most distinct strings that are counted.
    static let most = 1 << 22

    private(set) var counts: [String: Int] = [:]

    mutating func add(_ name: String, times: Int = 1) throws {
        counts[name, default: 0] += times
        if counts.count > CategoryCounter.most {
            throw FeatureError("fit", "more than \(CategoryCounter.most) distinct values: use 'hash', which learns none")
        }
    }

    /// The most frequent ones, equal counts by name, at most `limit` and of at least this count.
    func frequent(limit: Int, minimum: Int = 1) -> [String] {
        let sorted = counts.lazy.filter { $0.value >= minimum }.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
        return sorted.prefix(limit).map(\.key)
    }
}
