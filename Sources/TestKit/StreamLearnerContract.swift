import Learning
public import Streams

/// What every online classifier and every anomaly scorer has to keep to.
public enum StreamLearnerContract {
    /// The names of the checks of a classifier, in their order.
    public static let checks = ["probabilities", "skill", "determinism", "save", "hostile", "weights", "memory", "bytes"]
    /// The names of the checks of an anomaly scorer, in their order.
    public static let anomalyChecks = ["skill", "determinism", "save", "hostile", "memory", "bytes"]

    /// The checks that a classifier fails, with what was found; empty for a good one.
    ///
    /// - Parameter subject: a new one, of 4 features and 3 classes.
    public static func violations<Learner: StreamLearner>(_ subject: Learner) -> [String] {
        precondition(subject.features == 4 && subject.classes == 3, "the contract's rows have 4 features and 3 classes")
        let found: [String?] = [
            probabilities(subject), skill(subject), determinism(subject), save(subject), hostile(subject), weights(subject),
            memory(subject),
            bytes(subject),
        ]
        return zip(checks, found).compactMap { check, found in found.map { "\(check): \($0)" } }
    }

    /// Rows around one place per class, the fourth number without meaning.
    private static func sample(_ random: inout SplitMix, label: Int? = nil) -> (row: [Float], label: Int) {
        let label = label ?? random.below(3)
        func around(_ center: Double) -> Float { Float(center + random.unit() + random.unit() - 1) }
        return ([around(label == 0 ? 2 : 0), around(label == 1 ? -2 : 0.5), around(Double(label)), around(7)], label)
    }

    private static func taught<Learner: StreamLearner>(_ subject: Learner, rows: Int, seed: UInt64 = 3) -> Learner {
        var learner = subject, random = SplitMix(seed: seed)
        for _ in 0..<rows {
            let (row, label) = sample(&random)
            learner.learn(row, label: label)
        }
        return learner
    }

    private static func scores<Learner: StreamLearner>(_ learner: Learner, _ row: [Float]) -> [Float] {
        var scores = Array(repeating: Float(9), count: 3)
        learner.score(row, into: &scores)
        return scores
    }

    private static func areProbabilities(_ scores: [Float]) -> Bool {
        scores.allSatisfy { $0 >= 0 && $0 <= 1 } && abs(scores.reduce(0, +) - 1) < 1e-4
    }

    private static func probabilities<Learner: StreamLearner>(_ subject: Learner) -> String? {
        var random = SplitMix(seed: 5)
        for rows in [0, 1, 2, 50, 700] {
            let learner = taught(subject, rows: rows), scores = scores(learner, sample(&random).row)
            guard areProbabilities(scores) else { return "\(scores) after \(rows) rows" }
        }
        return nil
    }

    private static func skill<Learner: StreamLearner>(_ subject: Learner) -> String? {
        let learner = taught(subject, rows: 2500)
        var random = SplitMix(seed: 11)
        let right = (0..<300).count { _ in
            let (row, label) = sample(&random)
            return learner.answer(row) == label
        }
        return right >= 270 ? nil : "\(right) of 300 answers are right after 2500 rows of three classes that lie apart"
    }

    private static func determinism<Learner: StreamLearner>(_ subject: Learner) -> String? {
        taught(subject, rows: 900).stateBytes == taught(subject, rows: 900).stateBytes ? nil : "equal streams give other states"
    }

    /// Saved and read after any event it goes on with the same bits.
    private static func save<Learner: StreamLearner>(_ subject: Learner) -> String? {
        for rows in [0, 1, 77, 1200] {
            var learner = taught(subject, rows: rows)
            guard var copy = try? Learner(stateBytes: learner.stateBytes) else { return "its state after \(rows) rows is refused" }
            guard copy.memoryLimit == learner.memoryLimit && copy.refused == learner.refused else {
                return "other limits after \(rows) rows"
            }
            learner = taught(learner, rows: 800, seed: 21)
            copy = taught(copy, rows: 800, seed: 21)
            guard learner.stateBytes == copy.stateBytes else { return "another course after \(rows) rows" }
        }
        return nil
    }

    private static func hostile<Learner: StreamLearner>(_ subject: Learner) -> String? {
        let clean = taught(subject, rows: 400)
        var disturbed = clean
        let row: [Float] = [0.1, 0.2, 0.3, 0.4]
        for bad in [Float.nan, .infinity, -.infinity] {
            disturbed.learn([0, bad, 0, 0], label: 1)
            guard areProbabilities(scores(disturbed, [bad, 0, 0, 0])) else { return "no probabilities for a row with \(bad)" }
        }
        disturbed.learn(row, label: 3)
        disturbed.learn(row, label: -1)
        disturbed.learn(row, label: .max)
        for weight in [Float.nan, 0, -1, .infinity] { disturbed.learn(row, label: 0, weight: weight) }
        guard disturbed.refused == 10 else { return "\(disturbed.refused) of 10 rows counted as refused" }
        guard scores(disturbed, row) == scores(clean, row) else { return "refused rows were learned" }
        for extreme in [Float.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            for label in 0..<3 { disturbed.learn([extreme, 0, -extreme, 1], label: label) }
            guard areProbabilities(scores(disturbed, [extreme, extreme, extreme, extreme])) else {
                return "no probabilities for \(extreme)"
            }
        }
        for label in 0..<300 { disturbed.learn([Float(label) * 1e36, 0, 0, 1e-38], label: label % 3) }
        return nil
    }

    /// Of two classes at the same place the one that weighs more is answered.
    private static func weights<Learner: StreamLearner>(_ subject: Learner) -> String? {
        for heavy in 0..<2 {
            var learner = subject, random = SplitMix(seed: 13)
            for event in 0..<1500 {
                let row = sample(&random, label: 2).row
                learner.learn(row, label: event % 2, weight: event % 2 == heavy ? 5 : 1)
            }
            let answers = (0..<200).map { _ in learner.answer(sample(&random, label: 2).row) }
            let count = answers.count { $0 == heavy }
            guard count >= 140 else { return "class \(heavy) with five times the weight is answered \(count) of 200 times" }
        }
        return nil
    }

    private static func memory<Learner: StreamLearner>(_ subject: Learner) -> String? {
        var learner = subject, random = SplitMix(seed: 17)
        let limit = learner.memoryLimit
        for event in 0..<12_000 {
            let (row, label) = sample(&random)
            learner.learn(row, label: event > 6000 ? (label + event / 1500) % 3 : label)
            if event % 500 == 0 && learner.memoryBytes > limit {
                return "\(learner.memoryBytes) bytes after row \(event), the limit is \(limit)"
            }
        }
        let bytes = learner.stateBytes.count
        return bytes <= limit + limit / 4 + 8192 ? nil : "the state takes \(bytes) bytes, the limit is \(limit)"
    }

    private static func bytes<Learner: StreamLearner>(_ subject: Learner) -> String? {
        StateContract.violation(of: taught(subject, rows: 600), rounds: 200) { learner in
            var random = SplitMix(seed: 19)
            var scores = Array(repeating: Float(0), count: learner.classes)
            for event in 0..<60 {
                let row = (0..<learner.features).map { _ in Float(random.unit() * 4 - 2) }
                learner.score(row, into: &scores)
                learner.learn(row, label: event % 3)
            }
        }
    }

    // MARK: Anomalies

    /// The checks that an anomaly scorer fails, with what was found; empty for a good one.
    ///
    /// - Parameter subject: a new one, of 4 features, that knows what is usual after 1000 rows.
    public static func violations<Scorer: AnomalyScorer>(anomalies subject: Scorer) -> [String] {
        precondition(subject.features == 4, "the contract's rows have 4 features")
        let found: [String?] = [
            isSkilled(subject), isDetermined(subject), isSaved(subject), isHardened(subject), isBounded(subject), hasSoundBytes(subject),
        ]
        return zip(anomalyChecks, found).compactMap { check, found in found.map { "\(check): \($0)" } }
    }

    private static func used<Scorer: AnomalyScorer>(_ subject: Scorer, rows: Int, seed: UInt64 = 3) -> Scorer {
        var scorer = subject, random = SplitMix(seed: seed)
        for row in 0..<rows {
            // Now and then far away, so that ranges are known.
            scorer.learn(row % 100 == 0 ? [9, -9, Float(row % 3) * 9 - 9, 9] : sample(&random, label: 0).row)
        }
        return scorer
    }

    private static func isSkilled<Scorer: AnomalyScorer>(_ subject: Scorer) -> String? {
        let scorer = used(subject, rows: 2000)
        var random = SplitMix(seed: 23)
        let usual = (0..<200).map { _ in scorer.score(sample(&random, label: 0).row) }.max()!
        let far = scorer.score([-6, 8, 7, -7])
        return far > usual ? nil : "a row far away scores \(far), usual ones up to \(usual)"
    }

    private static func isDetermined<Scorer: AnomalyScorer>(_ subject: Scorer) -> String? {
        used(subject, rows: 900).stateBytes == used(subject, rows: 900).stateBytes ? nil : "equal streams give other states"
    }

    private static func isSaved<Scorer: AnomalyScorer>(_ subject: Scorer) -> String? {
        for rows in [0, 1, 77, 1200] {
            let scorer = used(subject, rows: rows)
            guard let copy = try? Scorer(stateBytes: scorer.stateBytes) else { return "its state after \(rows) rows is refused" }
            guard used(scorer, rows: 800, seed: 21).stateBytes == used(copy, rows: 800, seed: 21).stateBytes else {
                return "another course after \(rows) rows"
            }
        }
        return nil
    }

    private static func isHardened<Scorer: AnomalyScorer>(_ subject: Scorer) -> String? {
        let clean = used(subject, rows: 1200), row: [Float] = [0.1, 0.2, 0.3, 0.4]
        var disturbed = clean
        for bad in [Float.nan, .infinity, -.infinity] {
            disturbed.learn([0, bad, 0, 0])
            guard disturbed.score([bad, 0, 0, 0]) == 1 else { return "a row with \(bad) scores \(disturbed.score([bad, 0, 0, 0]))" }
        }
        guard disturbed.refused == 3 else { return "\(disturbed.refused) of 3 rows counted as refused" }
        guard disturbed.score(row) == clean.score(row) else { return "refused rows were learned" }
        for extreme in [Float.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            for _ in 0..<300 { disturbed.learn([extreme, 0, -extreme, 1]) }
            guard (0...1).contains(disturbed.score([extreme, extreme, 0, 0])) else { return "no score for \(extreme)" }
        }
        return nil
    }

    private static func isBounded<Scorer: AnomalyScorer>(_ subject: Scorer) -> String? {
        let scorer = used(subject, rows: 10_000), bytes = scorer.stateBytes.count
        return scorer.memoryBytes <= scorer.memoryLimit && bytes <= scorer.memoryLimit + 4096
            ? nil : "\(scorer.memoryBytes) bytes, a state of \(bytes), the limit is \(scorer.memoryLimit)"
    }

    private static func hasSoundBytes<Scorer: AnomalyScorer>(_ subject: Scorer) -> String? {
        StateContract.violation(of: used(subject, rows: 600), rounds: 100) { scorer in
            for event in 0..<20 {
                let row = (0..<scorer.features).map { Float((event + $0) % 5) }
                _ = scorer.score(row)
                scorer.learn(row)
            }
        }
    }
}
