/// Draws samples with replacement: how often each sample counts in each resample.
///
/// With groups, whole groups are drawn (a cluster bootstrap), for samples that are not independent, such as overlapping
/// windows of one machine. Efron, Tibshirani: An introduction to the bootstrap (1993).
public struct Bootstrap: Sendable {
    public let count: Int
    public let seed: UInt64
    private let members: [[Int]]?

    /// `groups` names the group of each sample.
    public init(count: Int, seed: UInt64, groups: [Int]? = nil) throws {
        guard count > 0 else { throw LearningError("bootstrap", "there are no samples") }
        self.count = count
        self.seed = seed
        guard let groups else { members = nil; return }
        guard groups.count == count else { throw LearningError("bootstrap", "\(groups.count) groups for \(count) samples") }
        var places: [Int: Int] = [:], members: [[Int]] = []
        for (index, group) in groups.enumerated() {
            if let place = places[group] {
                members[place].append(index)
            } else {
                places[group] = members.count
                members.append([index])
            }
        }
        self.members = members
    }

    /// The weights of the samples in the resample with this number; a pure function of seed and number.
    public func weights(_ resample: Int) -> [Double] {
        var generator = SplitMix(seed: seed, stream: resample)
        var weights = [Double](repeating: 0, count: count)
        if let members {
            for _ in members { for index in members[generator.below(members.count)] { weights[index] += 1 } }
        } else {
            weights.withUnsafeMutableBufferPointer { weights in
                for _ in 0..<count { weights[generator.below(count)] += 1 }
            }
        }
        return weights
    }

    /// The value below which this share of the sorted values lies, linearly between two neighbours.
    static func percentile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1), low = Int(place), high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
    }

    /// The percentile interval around the middle of these values, which are sorted here.
    static func interval(_ values: [Double], _ confidence: Double) -> ClosedRange<Double> {
        let sorted = values.sorted(), tail = (1 - confidence) / 2
        let low = percentile(sorted, tail)
        return low...max(low, percentile(sorted, 1 - tail))
    }

    static func check(_ name: String, resamples: Int, confidence: Double) throws {
        guard (1...1_000_000).contains(resamples) else { throw LearningError(name, "\(resamples) resamples; it takes 1 to 1,000,000") }
        guard confidence > 0, confidence < 1 else { throw LearningError(name, "a confidence of \(confidence) is not between 0 and 1") }
    }
}
