/// The share of the targets' spread that the predictions explain: 1 − Σ (prediction − target)² / Σ (target − mean)².
///
/// `RegressionSums` is the same for samples that arrive one by one.
public struct R2: Metric {
    public let name = "r2"
    public let higherIsBetter = true

    public init() {}

    public func weighted(_ predictions: [Double], _ targets: [Double]) throws -> WeightedMetric {
        var mean = 0.0
        for (prediction, target) in zip(predictions, targets) {
            try RegressionSums.check(name, prediction, target)
            mean += target / Double(targets.count)
        }
        // Around the mean of all samples the sums of a resample do not cancel.
        let errors = zip(predictions, targets).map { ($0 - $1) * ($0 - $1) }, centred = targets.map { [mean] in $0 - mean }
        return WeightedMetric(count: targets.count, undefined: "all targets are equal") { weights in
            var total = 0.0, error = 0.0, sum = 0.0, square = 0.0
            for index in 0..<errors.count {
                let weight = weights[index], value = centred[index]
                total += weight
                error += weight * errors[index]
                sum += weight * value
                square += weight * value * value
            }
            let spread = square - sum * sum / total
            return spread > 0 ? 1 - error / spread : .nan
        }
    }
}
