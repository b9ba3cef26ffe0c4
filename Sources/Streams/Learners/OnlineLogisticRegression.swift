#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Softmax regression by stochastic gradient descent on rows that are standardized as they come.
///
///     p = softmax(W z + b),  W −= rate · (w · f · (p − y) zᵀ + penalty · W)
///
/// z is the row in deviations from the running mean, w the weight of the row. f is 1 for the cross entropy; for the focal loss
/// −(1 − p_y)^γ ln p_y it is (1 − p_y)^γ − γ p_y (1 − p_y)^{γ−1} ln p_y: easy rows count less, which helps a rare class.
///
/// Lin and others: Focal loss for dense object detection (ICCV 2017).
public struct OnlineLogisticRegression: StreamLearner {
    public static let name = "logistic"
    public let features: Int
    public let classes: Int
    public let rate: Double
    public let penalty: Double
    /// γ of the focal loss; 0 is the cross entropy.
    public let focus: Double
    public private(set) var refused = 0
    /// [class, feature], the intercept behind each class's weights.
    public private(set) var weights: [Double]
    private var moments: ColumnMoments
    private var answers: [Double]

    /// - Parameter memory: rows over which the standardization looks back.
    public init(features: Int, classes: Int, rate: Double = 0.03, penalty: Double = 1e-5, focus: Double = 0, memory: Int = 5000) {
        precondition((1...1 << 16).contains(features) && (2...1024).contains(classes), "logistic: features or classes out of range")
        precondition(
            rate > 0 && penalty >= 0 && rate * penalty < 1 && focus >= 0 && memory > 0,
            "logistic: rate, penalty, focus or memory out of range")
        self.features = features
        self.classes = classes
        self.rate = rate
        self.penalty = penalty
        self.focus = focus
        weights = Array(repeating: 0, count: classes * (features + 1))
        moments = ColumnMoments(columns: features, memory: memory)
        answers = Array(repeating: 0, count: classes)
    }

    /// The probability of each class, through `write`.
    private func probabilities(_ row: [Float], _ write: (Int, Double) -> Void) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { logits in
            var top = -Double.infinity
            for label in 0..<classes {
                let first = label * (features + 1)
                var sum = weights[first + features]
                for column in 0..<features { sum += weights[first + column] * moments.standardized(row[column], column: column) }
                logits[label] = sum
                top = max(top, sum)
            }
            var total = 0.0
            for label in 0..<classes {
                logits[label] = exp(logits[label] - top)
                total += logits[label]
            }
            for label in 0..<classes { write(label, logits[label] / total) }
        }
    }

    public func score(_ row: [Float], into scores: inout [Float]) {
        checkShapes(row, scores)
        share(&scores)
        guard isFinite(row) else { return }
        probabilities(row) { scores[$0] = Float($1) }
        normalize(&scores)
    }

    public mutating func learn(_ row: [Float], label: Int, weight: Float) {
        guard accepts(row, label: label, weight: weight) else {
            refused += 1
            return
        }
        moments.add(row)
        var answers = self.answers
        self.answers = []
        probabilities(row) { answers[$0] = $1 }
        // A weight counts at most as a step that cannot overshoot.
        let step = min(1, rate * Double(weight)) * factor(answers[label])
        for other in 0..<classes {
            let error = step * (answers[other] - (other == label ? 1 : 0)), first = other * (features + 1)
            for column in 0..<features {
                let place = first + column
                weights[place] -= error * moments.standardized(row[column], column: column) + rate * penalty * weights[place]
            }
            weights[first + features] -= error
        }
        self.answers = answers
    }

    /// What the focal loss multiplies the gradient of the cross entropy by.
    private func factor(_ probability: Double) -> Double {
        guard focus > 0 else { return 1 }
        let p = min(1 - 1e-12, max(1e-12, probability))
        return pow(1 - p, focus) - focus * p * pow(1 - p, focus - 1) * log(p)
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size + 8 * (weights.count + 3 * features + classes) }
    public var memoryBytes: Int { memoryLimit }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(features)
        writer.write(classes)
        for number in [rate, penalty, focus] { writer.write(number) }
        writer.write(refused)
        writer.write(moments)
        writer.write(weights)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let features = try reader.int("features", in: 1...1 << 16), classes = try reader.int("classes", in: 2...1024)
        let rate = try reader.finite("rate", in: .leastNonzeroMagnitude...1e6), penalty = try reader.finite("penalty", in: 0...1e6)
        try reader.require(rate * penalty < 1, "penalty", "is too large for the rate")
        try reader.require(reader.remaining >= 8 * classes * (features + 1), "weights", "are cut")
        self.init(features: features, classes: classes, rate: rate, penalty: penalty, focus: try reader.finite("focus", in: 0...1e6))
        refused = try reader.count("refused")
        moments = try reader.state(ColumnMoments.self)
        try reader.require(moments.means.count == features, "moments", "are of \(moments.means.count) columns")
        weights = try reader.finite("weights", count: weights.count)
    }
}
