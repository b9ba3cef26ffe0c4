/// The loss of boosted trees: where it starts, its gradients and curvatures.
struct BoostingObjective {
    let kind: BoostedTrees.Loss
    /// Scores of a sample.
    let outputs: Int
    /// The best constant score of each output.
    let start: [Double]

    init(_ kind: BoostedTrees.Loss, _ targets: SampleMatrix, _ weights: [Float]?) throws {
        self.kind = kind
        let rows = targets.rows
        func weight(_ row: Int) -> Double { weights.map { Double($0[row]) } ?? 1 }
        let total = (0..<rows).reduce(0.0) { $0 + weight($1) }
        guard total > 0 else { throw LearningError("boostedTrees", "the weights of all samples are 0") }
        if kind == .squared {
            outputs = targets.columns
            start = (0..<targets.columns).map { column in (0..<rows).reduce(0.0) { $0 + weight($1) * Double(targets[$1, column]) } / total }
            return
        }
        guard targets.columns == 1 else { throw LearningError("boostedTrees", "labels have \(targets.columns) columns; it takes one") }
        let labels = try targets.values.map { value in
            guard let label = Int(exactly: value) else { throw LearningError("boostedTrees", "a label is \(value)") }
            return label
        }
        let classes = try ShallowChecks.classes("boostedTrees", rows: rows, labels)
        guard kind == .softmax || classes <= 2 else {
            throw LearningError("boostedTrees", "a label is \(classes - 1), and the logistic loss takes 0 and 1")
        }
        var shares = [Double](repeating: 0, count: max(2, classes))
        for row in 0..<rows { shares[labels[row]] += weight(row) / total }
        // A class without samples starts improbable, not impossible.
        let logs = shares.map { Elementary.log(max($0, 1e-12)) }
        outputs = kind == .logistic ? 1 : shares.count
        start = kind == .logistic ? [logs[1] - logs[0]] : logs
    }

    /// Throws where these targets have labels that the fitted ones did not have.
    func check(_ targets: SampleMatrix?) throws {
        let classes = kind == .logistic ? 2 : outputs
        guard kind != .squared, let targets else { return }
        for value in targets.values where !(0..<Float(classes)).contains(value) || value != value.rounded() {
            throw LearningError("boostedTrees", "a label of the validation part is \(value) of \(classes) classes")
        }
    }

    /// Targets as `gradients` takes them: [rows, outputs], or labels.
    func encoded(_ targets: SampleMatrix) -> [Float] { targets.values }

    /// Gradients and curvatures of one output at all scores.
    func gradients(
        _ output: Int, _ scores: [Double], _ targets: [Float], _ weights: [Float]?, into slopes: inout [Float], _ shares: [Float]
    ) {
        let rows = slopes.count / 2, outputs = outputs, kind = kind
        let parts = rows < 4_000 ? 1 : 4 * Parallel.threads
        slopes.withUnsafeMutableBufferPointer { slopes in
            nonisolated(unsafe) let slopes = slopes
            Parallel.forEach(parts) { part in
                for row in rows * part / parts..<rows * (part + 1) / parts {
                    let weight = weights?[row] ?? 1
                    let gradient: Float, curvature: Float
                    switch kind {
                    case .squared:
                        (gradient, curvature) = (Float(scores[row * outputs + output] - Double(targets[row * outputs + output])), 1)
                    case .logistic:
                        let p = Float(1 / (1 + Elementary.exp(-scores[row])))
                        (gradient, curvature) = (p - targets[row], max(p * (1 - p), 1e-16))
                    case .softmax:
                        let p = shares[row * outputs + output]
                        (gradient, curvature) = (p - (Int(targets[row]) == output ? 1 : 0), max(p * (1 - p), 1e-16))
                    }
                    slopes[2 * row] = weight * gradient
                    slopes[2 * row + 1] = weight * curvature
                }
            }
        }
    }

    /// Probabilities [rows, outputs] of these scores.
    func probabilities(_ scores: [Double]) -> [Float] {
        guard kind == .softmax else { return [] }
        var result = [Float](repeating: 0, count: scores.count)
        for start in stride(from: 0, to: scores.count, by: outputs) {
            var top = scores[start], sum = 0.0
            for place in start..<start + outputs { top = max(top, scores[place]) }
            for place in start..<start + outputs {
                let value = Elementary.exp(scores[place] - top)
                sum += value
                result[place] = Float(value)
            }
            for place in start..<start + outputs { result[place] /= Float(sum) }
        }
        return result
    }

    /// The mean loss.
    func loss(_ scores: [Double], _ targets: [Float], _ weights: [Float]?) -> Double {
        var sum = 0.0, total = 0.0
        let rows = scores.count / outputs
        for row in 0..<rows {
            let weight = weights.map { Double($0[row]) } ?? 1
            total += weight
            switch kind {
            case .squared:
                for place in row * outputs..<(row + 1) * outputs {
                    let gap = scores[place] - Double(targets[place])
                    sum += weight * gap * gap / 2 / Double(outputs)
                }
            case .logistic:
                let margin = targets[row] == 1 ? scores[row] : -scores[row]
                sum += weight * (max(0, -margin) + Elementary.log(1 + Elementary.exp(-margin.magnitude)))
            case .softmax:
                let mine = scores[row * outputs..<(row + 1) * outputs], top = mine.max() ?? 0
                let base = mine.reduce(0) { $0 + Elementary.exp($1 - top) }
                sum += weight * (top + Elementary.log(base) - scores[row * outputs + Int(targets[row])])
            }
        }
        return sum / total
    }
}
