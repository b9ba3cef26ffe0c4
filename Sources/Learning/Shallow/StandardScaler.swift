/// (x − mean) / deviation of each column, from the values that are not missing; a constant column becomes 0, a missing value stays NaN.
public struct StandardScaler: Hashable, Sendable, Codable {
    public let mean: [Double]
    /// The root of the mean squared distance to the mean; 1 for a constant column.
    public let deviation: [Double]

    /// Learns from samples. Throws without rows.
    public init(_ samples: SampleMatrix) throws {
        guard samples.rows > 0 else { throw LearningError("standardScaler", "there are no samples") }
        var mean = [Double](repeating: 0, count: samples.columns), spread = mean, count = mean
        for row in 0..<samples.rows {
            for (column, value) in samples.row(row).enumerated() where !value.isNaN {
                // One pass that does not cancel (Welford 1962).
                count[column] += 1
                let gap = Double(value) - mean[column]
                mean[column] += gap / count[column]
                spread[column] += gap * (Double(value) - mean[column])
            }
        }
        self.mean = mean
        deviation = spread.indices.map { column in
            let deviation = (spread[column] / max(count[column], 1)).squareRoot()
            return deviation > 1e-12 * mean[column].magnitude ? deviation : 1
        }
        guard (mean + deviation).allSatisfy(\.isFinite) else {
            throw LearningError("standardScaler", "a column has values that are not finite")
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mean = try container.decode([Double].self, forKey: .mean)
        deviation = try container.decode([Double].self, forKey: .deviation)
        guard mean.count == deviation.count, deviation.allSatisfy({ $0 > 0 }) else {
            throw LearningError("standardScaler", "\(mean.count) means and \(deviation.count) deviations, or one not above 0")
        }
    }

    public func scaled(_ samples: SampleMatrix) throws -> SampleMatrix {
        try ShallowChecks.columns("standardScaler", samples.columns, fitted: mean.count)
        var result = samples
        for row in 0..<samples.rows {
            for column in 0..<samples.columns {
                result[row, column] = Float((Double(samples[row, column]) - mean[column]) / deviation[column])
            }
        }
        return result
    }

    /// What `scaled` was made of.
    public func restored(_ samples: SampleMatrix) throws -> SampleMatrix {
        try ShallowChecks.columns("standardScaler", samples.columns, fitted: mean.count)
        var result = samples
        for row in 0..<samples.rows {
            for column in 0..<samples.columns {
                result[row, column] = Float(Double(samples[row, column]) * deviation[column] + mean[column])
            }
        }
        return result
    }
}
