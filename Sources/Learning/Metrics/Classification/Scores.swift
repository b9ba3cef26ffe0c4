/// What a model says about the classes of a sample.
public enum Scores {
    static func check(_ name: String, _ scores: [Double], _ target: Int) throws {
        guard scores.indices.contains(target) else {
            throw LearningError(name, "a label is \(target), and there are scores of \(scores.count) classes")
        }
        for score in scores where score.isNaN { throw LearningError(name, "a score is not a number") }
    }

    static func check(_ name: String, _ score: Double, _ target: Int) throws {
        guard target == 0 || target == 1 else { throw LearningError(name, "a label is \(target); it takes 0 and 1") }
        if score.isNaN { throw LearningError(name, "a score is not a number") }
    }

    /// The class with the highest score of each row; the lowest of equal ones.
    public static func labels(_ rows: [[Double]]) -> [Int] {
        rows.map { row in row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 } }
    }

    /// 1 where the score reaches the threshold.
    public static func labels(_ scores: [Double], threshold: Double = 0.5) -> [Int] { scores.map { $0 >= threshold ? 1 : 0 } }

    /// softmax(logits) of each row.
    public static func probabilities(_ rows: [[Double]]) -> [[Double]] {
        rows.map { row in
            let top = row.max() ?? 0, exponentials = row.map { Elementary.exp($0 - top) }
            let sum = exponentials.reduce(0, +)
            return exponentials.map { $0 / sum }
        }
    }

    /// The threshold with the highest F1 over these samples, and that F1: one that lies between two scores. Choose it on a validation part.
    ///
    /// Throws where no sample is positive.
    public static func bestThreshold(_ scores: [Double], _ targets: [Int]) throws -> (threshold: Double, f1: Double) {
        guard scores.count == targets.count else {
            throw LearningError("bestThreshold", "\(scores.count) scores for \(targets.count) targets")
        }
        for (score, target) in zip(scores, targets) { try check("bestThreshold", score, target) }
        let order = scores.indices.sorted { scores[$0] > scores[$1] }, positives = targets.reduce(0, +)
        guard positives > 0 else { throw LearningError("bestThreshold", "no sample is positive") }
        var hits = 0, best = (threshold: Double.infinity, f1: 0.0)
        for (place, index) in order.enumerated() {
            hits += targets[index]
            let next: Double? = place + 1 < order.count ? scores[order[place + 1]] : nil
            if let next, next == scores[index] { continue }
            let f1 = 2 * Double(hits) / Double(place + 1 + positives)
            if f1 > best.f1 { best = (next.map { $0 + (scores[index] - $0) / 2 } ?? scores[index], f1) }
        }
        return best
    }
}
