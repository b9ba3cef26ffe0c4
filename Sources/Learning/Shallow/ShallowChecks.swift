/// What all shallow models demand of their samples.
enum ShallowChecks {
    /// More classes than this are a mistake in the labels.
    static let classLimit = 10_000

    /// The number of classes of these labels.
    static func classes(_ operation: String, rows: Int, _ labels: [Int]) throws -> Int {
        guard rows == labels.count else { throw LearningError(operation, "\(rows) samples and \(labels.count) labels") }
        guard let low = labels.min(), let high = labels.max() else { throw LearningError(operation, "there are no samples") }
        guard low >= 0, high < classLimit else {
            throw LearningError(operation, "a label is \(low < 0 ? low : high); labels are 0 ..< \(classLimit)")
        }
        return high + 1
    }

    static func targets(_ operation: String, _ samples: SampleMatrix, _ targets: SampleMatrix) throws {
        guard samples.rows == targets.rows else { throw LearningError(operation, "\(samples.rows) samples and \(targets.rows) targets") }
        guard samples.rows > 0, targets.columns > 0 else { throw LearningError(operation, "there are no samples") }
        try targets.checkFinite("\(operation) targets")
    }

    static func columns(_ operation: String, _ columns: Int, fitted: Int?) throws {
        guard let fitted else { throw LearningError(operation, "the model is not fitted") }
        guard columns == fitted else { throw LearningError(operation, "\(columns) columns, and the model was fitted to \(fitted)") }
    }
}
