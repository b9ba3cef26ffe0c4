/// How the values of one column become the numbers of at most 255 bins; bin 255 holds what is missing.
struct FeatureBins: Codable, Sendable {
    static let missing: UInt8 = 255

    /// Values up to `edges[i]` are in bin i or below, rising; or the categories, rising.
    let edges: [Float]
    let isCategorical: Bool
    /// Bins before the missing one.
    var count: Int { isCategorical ? edges.count : edges.count + 1 }

    private enum CodingKeys: CodingKey { case edges, isCategorical }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        edges = try container.decode([Float].self, forKey: .edges)
        isCategorical = try container.decode(Bool.self, forKey: .isCategorical)
        guard edges.count <= 255, zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw LearningError("boostedTrees", "the bins of a column do not rise, or are more than 255")
        }
    }

    /// Bins by the number of samples, finer at both ends; every value has its own where there are few.
    init(values: [Float], limit: Int) {
        isCategorical = false
        let sorted = values.sorted()
        var distinct: [Float] = [], counts: [Int] = []
        for value in sorted {
            if distinct.last == value {
                counts[counts.count - 1] += 1
            } else {
                distinct.append(value)
                counts.append(1)
            }
        }
        func middle(_ place: Int) -> Float {
            let low = distinct[place], high = distinct[place + 1], middle = low + (high - low) / 2
            return middle.isFinite && middle >= low && middle < high ? middle : low
        }
        if distinct.count <= limit {
            edges = distinct.indices.dropLast().map(middle)
            return
        }
        // A value with more than two bins' worth of samples has a bin of its own; the others share the rest.
        let heavy = counts.map { $0 * limit > 2 * sorted.count }
        let shared = limit - 1 - 2 * heavy.count { $0 }, light = zip(counts, heavy).reduce(0) { $0 + ($1.1 ? 0 : $1.0) }
        var edges: [Float] = [], number = 1, filled = 0
        for place in distinct.indices.dropLast() where edges.count < limit - 1 {
            if !heavy[place] { filled += counts[place] }
            // The bins are finer at both ends, where rare things happen: edge i lies at the share (1 − cos(π i / n)) / 2.
            let next = Double(filled) + (heavy[place + 1] ? 0 : Double(counts[place + 1]) / 2)
            var isFull = false
            while number < shared && (1 - Elementary.cos(.pi * Double(number) / Double(shared))) / 2 * Double(light) <= next {
                isFull = true
                number += 1
            }
            if isFull || heavy[place] || heavy[place + 1] { edges.append(middle(place)) }
        }
        self.edges = edges
    }

    /// A bin a category, the most frequent ones; the others count as missing.
    init(categories values: [Float], limit: Int) {
        isCategorical = true
        var counts: [Float: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        let frequent = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.prefix(min(limit, 255))
        edges = frequent.map(\.key).sorted()
    }

    func bin(_ value: Float) -> UInt8 {
        if value.isNaN { return Self.missing }
        // The first edge that is not below the value.
        var low = 0, high = edges.count
        edges.withUnsafeBufferPointer { edges in
            while low < high {
                let middle = (low + high) >> 1
                if edges[middle] < value { low = middle + 1 } else { high = middle }
            }
        }
        if isCategorical { return low < edges.count && edges[low] == value ? UInt8(low) : Self.missing }
        return UInt8(low)
    }
}
