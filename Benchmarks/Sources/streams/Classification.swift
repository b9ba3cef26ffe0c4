import Streams

/// Test, then learn, over a whole table.
func classify<Learner: StreamLearner>(_ learner: Learner, _ table: Table, name: String) {
    var learner = learner
    var score = Prequential(classes: learner.classes), scores = Array(repeating: Float(0), count: learner.classes)
    let time = seconds {
        for (row, label) in zip(table.rows, table.labels) {
            learner.score(row, into: &scores)
            score.add(answer: scores.indices.max { scores[$0] < scores[$1] }!, label: label)
            learner.learn(row, label: label)
        }
    }
    report([
        "learner": name, "accuracy": score.accuracy, "kappa": score.kappa, "kappa_temporal": score.kappaTemporal,
        "no_change": score.noChangeAccuracy, "majority": score.majorityAccuracy,
        "recalls": (0..<learner.classes).map { score.recall(of: $0) },
        "events_per_second": Double(table.rows.count) / time, "kilobytes": Double(learner.memoryBytes) / 1024,
        "limit_kilobytes": Double(learner.memoryLimit) / 1024,
    ])
}

func electricity(_ path: String, seeds: Int) throws {
    let table = try Table(path), features = table.rows[0].count
    classify(OnlineLogisticRegression(features: features, classes: 2), table, name: "logistic regression")
    classify(OnlineNaiveBayes(features: features, classes: 2), table, name: "naive Bayes")
    classify(NeighbourWindow(features: features, classes: 2), table, name: "5 neighbours of 1000")
    classify(HoeffdingTree(features: features, classes: 2), table, name: "Hoeffding tree")
    for seed in 0..<seeds {
        classify(
            AdaptiveRandomForest(features: features, classes: 2, seed: UInt64(seed)), table, name: "adaptive random forest, 10 trees")
    }
    // Prices follow no rule for long: trees are replaced soon, and split on less.
    let settings = TreeSettings(leafLimit: 400, gracePeriod: 100, splitConfidence: 0.1, columnsPerLeaf: 4)
    for seed in 0..<seeds {
        classify(
            AdaptiveRandomForest(
                features: features, classes: 2, settings: settings, intensity: 10, warningLevel: 0.3, driftLevel: 0.2, seed: UInt64(seed)),
            table, name: "the same, quick to replace")
    }
}
