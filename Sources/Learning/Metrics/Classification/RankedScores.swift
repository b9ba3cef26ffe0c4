/// The samples of a binary problem from the highest score to the lowest, ties marked: sorted once, weighted a thousand times.
struct RankedScores {
    private let order: [Int32]
    private let positive: [Bool]
    /// Whether the next sample has another score.
    private let endsTie: [Bool]

    /// `isPositive` of each sample.
    init(_ scores: [Double], _ isPositive: [Bool]) {
        let order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        self.order = order.map { Int32($0) }
        positive = order.map { isPositive[$0] }
        endsTie = order.indices.map { $0 + 1 == order.count || scores[order[$0]] != scores[order[$0 + 1]] }
    }

    /// P(score of a positive > score of a negative) + P(equal) / 2.
    func area(_ weights: UnsafeBufferPointer<Double>) -> Double {
        var positives = 0.0, negatives = 0.0, area = 0.0, tiedPositive = 0.0, tiedNegative = 0.0
        for place in 0..<order.count {
            let weight = weights[Int(order[place])]
            if positive[place] { tiedPositive += weight } else { tiedNegative += weight }
            if endsTie[place] {
                area += tiedNegative * (positives + tiedPositive / 2)
                positives += tiedPositive
                negatives += tiedNegative
                tiedPositive = 0
                tiedNegative = 0
            }
        }
        return positives > 0 && negatives > 0 ? area / (positives * negatives) : .nan
    }

    /// Σ over thresholds of (recall gained) · precision.
    func averagePrecision(_ weights: UnsafeBufferPointer<Double>) -> Double {
        var hits = 0.0, seen = 0.0, tied = 0.0, sum = 0.0
        for place in 0..<order.count {
            let weight = weights[Int(order[place])]
            seen += weight
            if positive[place] { tied += weight }
            if endsTie[place] {
                hits += tied
                if tied > 0 { sum += tied * hits / seen }
                tied = 0
            }
        }
        return hits > 0 ? sum / hits : .nan
    }

    /// The points of the ROC curve, from (0, 0): false positives, true positives, and the place in the order of the last sample taken in.
    func counts() -> [(negatives: Int, positives: Int, sample: Int)] {
        var points: [(negatives: Int, positives: Int, sample: Int)] = [], positives = 0, negatives = 0
        for place in order.indices {
            if positive[place] { positives += 1 } else { negatives += 1 }
            if endsTie[place] { points.append((negatives, positives, Int(order[place]))) }
        }
        return points
    }
}
