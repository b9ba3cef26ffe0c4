/// A metric's value with its percentile bootstrap interval.
public struct MetricInterval: Hashable, Sendable, Codable, CustomStringConvertible {
    public let name: String
    public let value: Double
    public let low: Double
    public let high: Double
    /// The share of intervals that hold the true value, such as 0.95.
    public let confidence: Double
    /// The resamples in which the metric was defined.
    public let resamples: Int

    public init(name: String, value: Double, low: Double, high: Double, confidence: Double, resamples: Int) {
        self.name = name
        self.value = value
        self.low = low
        self.high = high
        self.confidence = confidence
        self.resamples = resamples
    }

    /// `rmse 11.62 [11.21, 12.04]`
    public var description: String {
        "\(name) \(Decimals.text(value, 4)) [\(Decimals.text(low, 4)), \(Decimals.text(high, 4))]"
    }
}

extension Metric {
    /// The value with its percentile bootstrap interval, a pure function of the seed.
    ///
    /// `groups`, one number a sample, draws whole groups instead of samples. Resamples in which the metric is undefined (an
    /// area under the curve without positives) are left out; where that is more than half of them, it throws.
    public func interval(
        _ predictions: [Prediction], _ targets: [Target], resamples: Int = 1_000, confidence: Double = 0.95, seed: UInt64 = 0,
        groups: [Int]? = nil
    ) throws -> MetricInterval {
        try checked(predictions, targets).interval(
            name, resamples: resamples, confidence: confidence, bootstrap: Bootstrap(count: targets.count, seed: seed, groups: groups))
    }
}

extension WeightedMetric {
    /// The value over all samples; throws where it is undefined.
    func value(_ name: String) throws -> Double {
        let value = value(weights: Array(repeating: 1, count: count))
        if value.isNaN { throw LearningError(name, "undefined over \(count) samples: \(undefined)") }
        return value
    }

    func interval(_ name: String, resamples: Int, confidence: Double, bootstrap: Bootstrap) throws -> MetricInterval {
        try Bootstrap.check(name, resamples: resamples, confidence: confidence)
        let value = try value(name)
        let values = (0..<resamples).map { self.value(weights: bootstrap.weights($0)) }.filter { !$0.isNaN }
        guard values.count * 2 > resamples else {
            throw LearningError(name, "undefined in \(resamples - values.count) of \(resamples) resamples: \(undefined)")
        }
        let range = Bootstrap.interval(values, confidence)
        return MetricInterval(
            name: name, value: value, low: range.lowerBound, high: range.upperBound, confidence: confidence, resamples: values.count)
    }
}
