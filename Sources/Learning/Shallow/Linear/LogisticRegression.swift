/// Linear classification: min ½ |W|² + inversePenalty · Σ −log p(label), by L-BFGS; two classes by the sigmoid, more by softmax.
///
/// The bias takes no penalty. Samples are dense or sparse.
public struct LogisticRegression<Samples: FeatureRows>: ShallowClassifier {
    public static var name: String { "logistic_regression" }
    /// How much the samples count against the penalty; 1 is the usual.
    public let inversePenalty: Double
    public let iterations: Int
    /// Fitting ends where no component of the gradient, divided by the number of samples, is larger.
    public let tolerance: Double
    /// What was learned: scores of the classes, or one score for two classes.
    public private(set) var map: LinearMap?
    /// Whether the tolerance was reached within the iterations.
    public private(set) var converged = false

    public init(inversePenalty: Double = 1, iterations: Int = 500, tolerance: Double = 1e-6) {
        self.inversePenalty = inversePenalty
        self.iterations = iterations
        self.tolerance = tolerance
    }

    public mutating func fit(_ samples: Samples, _ labels: [Int]) throws { try fit(samples, labels, weights: nil) }

    /// The same where each sample counts as much as its weight.
    public mutating func fit(_ samples: Samples, _ labels: [Int], weights: [Double]?) throws {
        let name = Self.name, rows = samples.rows, columns = samples.columns
        let classes = try ShallowChecks.classes(name, rows: rows, labels)
        guard inversePenalty > 0, inversePenalty.isFinite, iterations > 0, tolerance >= 0 else {
            throw LearningError(name, "an inverse penalty of \(inversePenalty), \(iterations) iterations, a tolerance of \(tolerance)")
        }
        if let weights, weights.count != rows || !weights.allSatisfy({ $0 >= 0 && $0.isFinite }) {
            throw LearningError(name, "\(weights.count) weights for \(rows) samples, or a negative one")
        }
        try samples.checkFinite(name)
        let outputs = classes > 2 ? classes : 1
        let (size, overflow) = columns.multipliedReportingOverflow(by: outputs)
        guard !overflow, size < 1 << 28 else { throw LearningError(name, "\(columns) columns and \(classes) classes are too many") }
        // Everything is divided by the number of samples, so that the tolerance means the same for few and many.
        let scale = 1 / Double(rows), penalty = scale / inversePenalty
        // The parts do not depend on the number of threads, so neither do the sums.
        let parts = min(rows, 16)
        var partial = [[Double]](repeating: [], count: parts), losses = [Double](repeating: 0, count: parts)
        var slopes = [Double](repeating: 0, count: rows * outputs)
        // [columns, outputs], then the biases.
        var point = [Double](repeating: 0, count: (columns + 1) * outputs)
        let minimizer = Minimizer(iterations: iterations, tolerance: tolerance)
        let result = minimizer(&point) { point, gradient in
            partial.withUnsafeMutableBufferPointer { partial in
                losses.withUnsafeMutableBufferPointer { losses in
                    slopes.withUnsafeMutableBufferPointer { slopes in
                        point.withUnsafeBufferPointer { point in
                            nonisolated(unsafe) let (partial, losses, slopes, point) = (partial, losses, slopes, point)
                            Parallel.forEach(parts) { part in
                                let range = rows * part / parts..<rows * (part + 1) / parts
                                if partial[part].isEmpty { partial[part] = Array(repeating: 0, count: point.count) }
                                partial[part].withUnsafeMutableBufferPointer {
                                    losses[part] = Self.evaluate(samples, labels, weights, range, outputs, point, slopes, $0)
                                }
                            }
                        }
                    }
                }
            }
            var loss = 0.0
            for index in gradient.indices { gradient[index] = index < size ? penalty * point[index] : 0 }
            for index in 0..<size { loss += penalty * point[index] * point[index] / 2 }
            for part in 0..<parts {
                loss += scale * losses[part]
                for index in gradient.indices { gradient[index] += scale * partial[part][index] }
            }
            return loss
        }
        converged = result.converged
        var turned = [Double](repeating: 0, count: size)
        for output in 0..<outputs { for column in 0..<columns { turned[output * columns + column] = point[column * outputs + output] } }
        map = LinearMap(columns: columns, outputs: outputs, weights: turned, bias: Array(point[size...]))
    }

    public func predictProbabilities(_ samples: Samples) throws -> SampleMatrix {
        try ShallowChecks.columns(Self.name, samples.columns, fitted: map?.columns)
        guard let map else { throw LearningError(Self.name, "the model is not fitted") }
        let scores = map(samples)
        var values: [Float] = []
        values.reserveCapacity(samples.rows * max(2, map.outputs))
        for row in 0..<samples.rows {
            if map.outputs == 1 {
                let p = 1 / (1 + Elementary.exp(-scores[row]))
                values += [Float(1 - p), Float(p)]
            } else {
                values += Scores.probabilities([Array(scores[row * map.outputs..<(row + 1) * map.outputs])])[0].map { Float($0) }
            }
        }
        return SampleMatrix(unchecked: samples.rows, max(2, map.outputs), values)
    }

    /// The loss of these rows; their slopes [rows, outputs] and the gradient are overwritten.
    private static func evaluate(
        _ samples: Samples, _ labels: [Int], _ weights: [Double]?, _ range: Range<Int>, _ outputs: Int,
        _ point: UnsafeBufferPointer<Double>,
        _ slopes: UnsafeMutableBufferPointer<Double>, _ gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        gradient.update(repeating: 0)
        let size = samples.columns * outputs
        var loss = 0.0
        for row in range { for output in 0..<outputs { slopes[row * outputs + output] = point[size + output] } }
        samples.multiply(range, point, outputs, into: slopes)
        for row in range {
            let weight = weights?[row] ?? 1, label = labels[row]
            if outputs == 1 {
                let score = slopes[row], margin = label == 1 ? score : -score
                loss += weight * (max(0, -margin) + Elementary.log(1 + Elementary.exp(-margin.magnitude)))
                slopes[row] = weight * (1 / (1 + Elementary.exp(-score)) - Double(label))
            } else {
                let start = row * outputs, mine = slopes[start + label]
                var top = slopes[start], sum = 0.0
                for output in 0..<outputs { top = max(top, slopes[start + output]) }
                for output in 0..<outputs {
                    slopes[start + output] = Elementary.exp(slopes[start + output] - top)
                    sum += slopes[start + output]
                }
                loss += weight * (top + Elementary.log(sum) - mine)
                for output in 0..<outputs { slopes[start + output] = weight * (slopes[start + output] / sum - (output == label ? 1 : 0)) }
            }
            for output in 0..<outputs { gradient[size + output] += slopes[row * outputs + output] }
        }
        samples.gather(range, UnsafeBufferPointer(slopes), outputs, into: gradient)
        return loss
    }
}
