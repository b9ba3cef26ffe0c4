/// y = W x + b in double precision, as the linear models have learned it.
public struct LinearMap: Hashable, Sendable, Codable {
    public let columns: Int
    public let outputs: Int
    /// [outputs, columns]
    public let weights: [Double]
    /// [outputs]
    public let bias: [Double]

    init(columns: Int, outputs: Int, weights: [Double], bias: [Double]) {
        self.columns = columns
        self.outputs = outputs
        self.weights = weights
        self.bias = bias
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        columns = try container.decode(Int.self, forKey: .columns)
        outputs = try container.decode(Int.self, forKey: .outputs)
        weights = try container.decode([Double].self, forKey: .weights)
        bias = try container.decode([Double].self, forKey: .bias)
        let (count, overflow) = columns.multipliedReportingOverflow(by: outputs)
        guard columns >= 0, outputs > 0, !overflow, weights.count == count, bias.count == outputs else {
            throw LearningError("linear", "\(weights.count) weights and \(bias.count) biases for \(columns) columns and \(outputs) outputs")
        }
    }

    /// [rows, outputs]
    func callAsFunction(_ samples: some FeatureRows) -> [Double] {
        let rows = samples.rows, outputs = outputs, columns = columns
        var result = [Double](repeating: 0, count: rows * outputs)
        // [columns, outputs]: a row adds to neighbours.
        var turned = [Double](repeating: 0, count: weights.count)
        for output in 0..<outputs { for column in 0..<columns { turned[column * outputs + output] = weights[output * columns + column] } }
        let parts = rows * outputs * max(1, columns) < 100_000 ? 1 : 4 * Parallel.threads
        result.withUnsafeMutableBufferPointer { result in
            turned.withUnsafeBufferPointer { turned in
                nonisolated(unsafe) let (result, turned) = (result, turned)
                Parallel.forEach(parts) { part in
                    for row in rows * part / parts..<rows * (part + 1) / parts {
                        for output in 0..<outputs { result[row * outputs + output] = bias[output] }
                    }
                    samples.multiply(rows * part / parts..<rows * (part + 1) / parts, turned, outputs, into: result)
                }
            }
        }
        return result
    }
}
