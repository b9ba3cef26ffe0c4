/// How often samples of each class were predicted as each class.
public struct ConfusionMatrix: Hashable, Sendable, Codable, CustomStringConvertible {
    public let classes: Int
    /// [true class, predicted class]
    public private(set) var counts: [Int]

    /// No samples yet. Throws unless there are 1 to 10,000 classes.
    public init(classes: Int) throws {
        guard (1...10_000).contains(classes) else { throw LearningError("confusionMatrix", "\(classes) classes; it takes 1 to 10,000") }
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
    }

    /// That of these samples; the number of classes is that of the labels, if it is not given.
    public init(_ predictions: [Int], _ targets: [Int], classes: Int? = nil) throws {
        try self.init(classes: classes ?? (max(predictions.max() ?? 0, targets.max() ?? 0, 0) &+ 1))
        guard predictions.count == targets.count else {
            throw LearningError("confusionMatrix", "\(predictions.count) predictions for \(targets.count) targets")
        }
        for (prediction, target) in zip(predictions, targets) { try add(prediction, target) }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(classes: container.decode(Int.self, forKey: .classes))
        counts = try container.decode([Int].self, forKey: .counts)
        guard counts.count == classes * classes, counts.allSatisfy({ $0 >= 0 }) else {
            throw LearningError("confusionMatrix", "\(counts.count) counts of \(classes) classes, or a negative one")
        }
    }

    public subscript(target: Int, prediction: Int) -> Int { counts[target * classes + prediction] }

    public mutating func add(_ prediction: Int, _ target: Int) throws {
        for label in [prediction, target] where !(0..<classes).contains(label) {
            throw LearningError("confusionMatrix", "a label is \(label) of \(classes) classes")
        }
        counts[target * classes + prediction] += 1
    }

    /// Adds what another part has seen.
    public mutating func merge(_ other: ConfusionMatrix) throws {
        guard classes == other.classes else { throw LearningError("confusionMatrix", "\(classes) classes cannot take in \(other.classes)") }
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// The value of a metric of labels, such as `F1(.macro)`, over the samples counted here.
    public func value<Measure: SumMetric>(_ metric: Measure) throws -> Double where Measure.Prediction == Int, Measure.Target == Int {
        var sums = MetricSums(metric)
        for target in 0..<classes {
            for prediction in 0..<classes where self[target, prediction] > 0 {
                try sums.add(prediction, target, weight: Double(self[target, prediction]))
            }
        }
        return try sums.value()
    }

    /// A table with a line a true class and a column a predicted class.
    public var description: String {
        let width = max("\(classes - 1)".utf8.count, counts.map { "\($0)".utf8.count }.max() ?? 1) + 1
        func cell(_ text: String) -> String { String(repeating: " ", count: max(0, width - text.utf8.count)) + text }
        let head = cell("") + (0..<classes).map { cell("\($0)") }.joined()
        return ([head] + (0..<classes).map { row in cell("\(row)") + (0..<classes).map { cell("\(self[row, $0])") }.joined() })
            .joined(separator: "\n")
    }
}
