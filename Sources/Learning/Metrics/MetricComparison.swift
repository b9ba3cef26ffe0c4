/// Two models measured on the same samples, with the paired bootstrap interval of their difference.
public struct MetricComparison: Hashable, Sendable, Codable, CustomStringConvertible {
    public let name: String
    public let first: Double
    public let second: Double
    /// The first minus the second, with its interval. In the metric's own direction: see `higherIsBetter`.
    public let difference: MetricInterval
    public let higherIsBetter: Bool
    /// Twice the smaller share of resamples on either side of no difference: small where chance would hardly explain the difference.
    public let pValue: Double
    /// The share of resamples in which the first model was strictly better.
    public let firstIsBetter: Double

    public init(
        name: String, first: Double, second: Double, difference: MetricInterval, higherIsBetter: Bool, pValue: Double, firstIsBetter: Double
    ) {
        self.name = name
        self.first = first
        self.second = second
        self.difference = difference
        self.higherIsBetter = higherIsBetter
        self.pValue = pValue
        self.firstIsBetter = firstIsBetter
    }

    /// Whether no difference lies outside the interval.
    public var isSignificant: Bool { difference.low > 0 || difference.high < 0 }

    /// `rmse 11.62 against 12.10: difference -0.4800 [-0.9000, -0.0600], p 0.0240`
    public var description: String {
        let gap = [difference.value, difference.low, difference.high].map { Decimals.text($0, 4) }
        return "\(name) \(Decimals.text(first, 4)) against \(Decimals.text(second, 4)): "
            + "difference \(gap[0]) [\(gap[1]), \(gap[2])], p \(Decimals.text(pValue, 4))"
    }
}

extension Metric {
    /// Compares two models' predictions of the same samples: each resample draws the same samples for both.
    ///
    /// A pure function of the seed. The p-value counts (k + 1) / (resamples + 1), so it is never 0. `groups` as for `interval`.
    public func compare(
        _ first: [Prediction], _ second: [Prediction], _ targets: [Target], resamples: Int = 1_000, confidence: Double = 0.95,
        seed: UInt64 = 0, groups: [Int]? = nil
    ) throws -> MetricComparison {
        let one = try checked(first, targets), two = try checked(second, targets)
        return try one.compare(
            two, name, higherIsBetter, resamples: resamples, confidence: confidence,
            bootstrap: Bootstrap(count: targets.count, seed: seed, groups: groups))
    }
}

extension WeightedMetric {
    func compare(
        _ other: WeightedMetric, _ name: String, _ higherIsBetter: Bool, resamples: Int, confidence: Double, bootstrap: Bootstrap
    ) throws -> MetricComparison {
        try Bootstrap.check(name, resamples: resamples, confidence: confidence)
        let values = (try value(name), try other.value(name))
        let differences = (0..<resamples).map { resample in
            let weights = bootstrap.weights(resample)
            return value(weights: weights) - other.value(weights: weights)
        }.filter { !$0.isNaN }
        guard differences.count * 2 > resamples else {
            throw LearningError(name, "undefined in \(resamples - differences.count) of \(resamples) resamples: \(undefined)")
        }
        let range = Bootstrap.interval(differences, confidence), drawn = Double(differences.count)
        let below = Double(differences.count { $0 <= 0 }), above = Double(differences.count { $0 >= 0 })
        let better = differences.count { higherIsBetter ? $0 > 0 : $0 < 0 }
        return MetricComparison(
            name: name, first: values.0, second: values.1,
            difference: MetricInterval(
                name: name, value: values.0 - values.1, low: range.lowerBound, high: range.upperBound, confidence: confidence,
                resamples: differences.count),
            higherIsBetter: higherIsBetter, pValue: min(1, 2 * (min(below, above) + 1) / (drawn + 1)), firstIsBetter: Double(better) / drawn
        )
    }
}
