/// A metric that is a function of sums over the samples, so it can be measured as samples arrive and merged over parts.
public protocol SumMetric<Prediction, Target>: Metric {
    /// What this sample adds to the sums.
    func add(_ prediction: Prediction, _ target: Target, to sums: inout SampleSums) throws
    /// The value of these sums; a sum that no sample has added to may be missing at the end. NaN where it is undefined.
    func value(of sums: [Double]) -> Double
    /// When the value is not a number, in words.
    var undefined: String { get }
}

extension SumMetric {
    public var undefined: String { "the samples weigh nothing" }

    public func weighted(_ predictions: [Prediction], _ targets: [Target]) throws -> WeightedMetric {
        // The samples' entries one after the other; those of sample i end at ends[i].
        var slots: [Int] = [], amounts: [Double] = [], ends: [Int] = [], width = 0
        var sums = SampleSums()
        ends.reserveCapacity(targets.count)
        for index in targets.indices {
            sums.removeAll()
            try add(predictions[index], targets[index], to: &sums)
            for entry in sums.entries {
                slots.append(entry.slot)
                amounts.append(entry.amount)
                width = max(width, entry.slot + 1)
            }
            ends.append(slots.count)
        }
        let size = width
        return WeightedMetric(count: targets.count, undefined: undefined) { [slots, amounts, ends] weights in
            var totals = [Double](repeating: 0, count: size)
            totals.withUnsafeMutableBufferPointer { totals in
                var place = 0
                for index in 0..<ends.count {
                    let weight = weights[index], end = ends[index]
                    while place < end {
                        totals[slots[place]] += weight * amounts[place]
                        place += 1
                    }
                }
            }
            return value(of: totals)
        }
    }
}
