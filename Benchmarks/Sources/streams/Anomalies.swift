import Streams

/// Σ (recall_i − recall_{i−1}) · precision_i over the thresholds, from the highest score down.
func averagePrecision(_ scores: [Float], _ isAnomaly: [Bool]) -> Double {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let all = Double(isAnomaly.count { $0 })
    var found = 0.0, seen = 0.0, sum = 0.0, before = 0.0
    for (rank, place) in order.enumerated() {
        seen += 1
        found += isAnomaly[place] ? 1 : 0
        if rank + 1 == order.count || scores[order[rank + 1]] != scores[place] {
            sum += (found - before) / all * found / seen
            before = found
        }
    }
    return sum
}

/// Half-space trees over a table whose label 1 is an anomaly: scored before each row is learned, measured after the first 5,000 rows.
func anomalies(_ path: String, seeds: Int, trees: Int, height: Int, window: Int) throws {
    let table = try Table(path)
    for seed in 0..<seeds {
        var forest = HalfSpaceTrees(features: table.rows[0].count, trees: trees, height: height, window: window, seed: UInt64(seed))
        var scores = Array(repeating: Float(0), count: table.rows.count)
        let time = seconds {
            for (place, row) in table.rows.enumerated() {
                scores[place] = forest.score(row)
                forest.learn(row)
            }
        }
        report([
            "learner": "half-space trees", "trees": trees, "height": height, "window": window, "seed": seed,
            "average_precision": averagePrecision(Array(scores[5000...]), table.labels[5000...].map { $0 == 1 }),
            "events_per_second": Double(scores.count) / time,
        ])
    }
}
