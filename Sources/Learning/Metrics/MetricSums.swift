/// A metric measured as samples arrive. Sums of parts can be merged.
public struct MetricSums<Measure: SumMetric>: Sendable {
    public let metric: Measure
    /// Samples so far.
    public private(set) var count = 0
    /// The sums that the metric is a function of.
    public private(set) var sums: [Double] = []

    public init(_ metric: Measure) { self.metric = metric }

    /// Adds a sample that counts as much as its weight.
    public mutating func add(_ prediction: Measure.Prediction, _ target: Measure.Target, weight: Double = 1) throws {
        var sample = SampleSums()
        try metric.add(prediction, target, to: &sample)
        for entry in sample.entries {
            if entry.slot >= sums.count { sums += Array(repeating: 0, count: entry.slot + 1 - sums.count) }
            sums[entry.slot] += weight * entry.amount
        }
        count += 1
    }

    /// Adds samples.
    public mutating func add(_ predictions: [Measure.Prediction], _ targets: [Measure.Target]) throws {
        guard predictions.count == targets.count else {
            throw LearningError(metric.name, "\(predictions.count) predictions for \(targets.count) targets")
        }
        for index in targets.indices { try add(predictions[index], targets[index]) }
    }

    /// Adds what another part has seen.
    public mutating func merge(_ other: Self) {
        if other.sums.count > sums.count { sums += Array(repeating: 0, count: other.sums.count - sums.count) }
        for index in other.sums.indices { sums[index] += other.sums[index] }
        count += other.count
    }

    /// The value over all samples so far. Throws where it is undefined.
    public func value() throws -> Double {
        let value = metric.value(of: sums)
        if value.isNaN { throw LearningError(metric.name, "undefined over \(count) samples: \(metric.undefined)") }
        return value
    }
}
