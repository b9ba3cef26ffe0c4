/// Measures how good predictions are against targets.
///
/// A metric looks at all samples once and then answers for any weights of the samples: `value` gives every sample the weight
/// 1, the bootstrap (`interval`, `compare`) gives every sample the number of times it was drawn.
public protocol Metric<Prediction, Target>: Sendable {
    /// What the model says about one sample.
    associatedtype Prediction
    /// What is true of one sample.
    associatedtype Target

    /// The name in reports, such as `roc_auc`.
    var name: String { get }
    var higherIsBetter: Bool { get }

    /// Looks at the samples; the result answers for any weights of them. Throws where a sample is not what the metric takes.
    func weighted(_ predictions: [Prediction], _ targets: [Target]) throws -> WeightedMetric
}

extension Metric {
    /// The value over these samples. Throws where it is undefined, such as an area under a curve without a positive sample.
    public func value(_ predictions: [Prediction], _ targets: [Target]) throws -> Double {
        try value(predictions, targets, weights: nil)
    }

    /// The value over these samples where each counts as much as its weight (0 or more).
    public func value(_ predictions: [Prediction], _ targets: [Target], weights: [Double]?) throws -> Double {
        let prepared = try checked(predictions, targets)
        if let weights {
            guard weights.count == prepared.count else {
                throw LearningError(name, "\(weights.count) weights for \(prepared.count) samples")
            }
            guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else { throw LearningError(name, "a weight is negative or not finite") }
        }
        let value = prepared.value(weights: weights ?? Array(repeating: 1, count: prepared.count))
        if value.isNaN { throw LearningError(name, "undefined over \(prepared.count) samples: \(prepared.undefined)") }
        return value
    }

    /// `weighted`, after the checks that all metrics share.
    func checked(_ predictions: [Prediction], _ targets: [Target]) throws -> WeightedMetric {
        guard predictions.count == targets.count else {
            throw LearningError(name, "\(predictions.count) predictions for \(targets.count) targets")
        }
        guard !targets.isEmpty else { throw LearningError(name, "there are no samples") }
        return try weighted(predictions, targets)
    }
}
