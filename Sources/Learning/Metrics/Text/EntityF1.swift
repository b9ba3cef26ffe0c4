/// The F1 of entities: one is a hit if type, start and end are those of a true one. Over all types together (micro).
public struct EntityF1: SumMetric {
    public typealias Prediction = [String]
    public typealias Target = [String]

    public let scheme: EntityScheme
    public let name = "entity_f1"
    public let higherIsBetter = true

    public init(_ scheme: EntityScheme = .lenient) { self.scheme = scheme }

    /// The tags of one sequence.
    public func add(_ prediction: [String], _ target: [String], to sums: inout SampleSums) throws {
        let (found, truth) = try entities(prediction, target)
        sums.add(Double(found.intersection(truth).count), at: 0)
        sums.add(Double(found.count), at: 1)
        sums.add(Double(truth.count), at: 2)
    }

    public func value(of sums: [Double]) -> Double {
        guard sums.count == 3 else { return .nan }
        return sums[1] + sums[2] > 0 ? 2 * sums[0] / (sums[1] + sums[2]) : 0
    }

    /// Precision, recall, F1 and number of each type, by name.
    public func report(_ predictions: [[String]], _ targets: [[String]]) throws -> [EntityScore] {
        guard predictions.count == targets.count else {
            throw LearningError(name, "\(predictions.count) predictions for \(targets.count) targets")
        }
        var counts: [String: (hits: Int, found: Int, truth: Int)] = [:]
        for (prediction, target) in zip(predictions, targets) {
            let (found, truth) = try entities(prediction, target)
            for entity in found { counts[entity.type, default: (0, 0, 0)].found += 1 }
            for entity in truth { counts[entity.type, default: (0, 0, 0)].truth += 1 }
            for entity in found.intersection(truth) { counts[entity.type, default: (0, 0, 0)].hits += 1 }
        }
        return counts.sorted { $0.key < $1.key }.map {
            EntityScore(type: $0.key, hits: $0.value.hits, found: $0.value.found, count: $0.value.truth)
        }
    }

    private func entities(_ prediction: [String], _ target: [String]) throws -> (Set<Entity>, Set<Entity>) {
        guard prediction.count == target.count else {
            throw LearningError(name, "\(prediction.count) tags for a sequence of \(target.count)")
        }
        return (Set(try scheme.entities(prediction)), Set(try scheme.entities(target)))
    }
}
