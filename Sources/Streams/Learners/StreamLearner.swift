/// A classifier that learns one event at a time, in bounded memory and time.
///
/// A row of another length is a mistake in code and traps. A row with a number that is not finite, a label out of range or a weight that is
/// not positive is not learned, only counted in `refused`; scores for such a row are equal for all classes.
/// Equal settings, seeds and streams give equal bits; so does a learner that is saved and read in between.
public protocol StreamLearner: StreamState, Sendable {
    /// The name that recipes and reports use.
    static var name: String { get }

    /// Numbers of a row.
    var features: Int { get }
    /// Labels are 0 ..< classes.
    var classes: Int { get }

    /// Writes the probability of each class; `scores` has one place per class. Takes no memory.
    func score(_ row: [Float], into scores: inout [Float])

    /// Learns one row.
    ///
    /// - Parameter weight: how often the row counts; more for a rare class.
    mutating func learn(_ row: [Float], label: Int, weight: Float)

    /// How many rows were not learned.
    var refused: Int { get }

    /// What this learner holds at most, in bytes, however long the stream is.
    var memoryLimit: Int { get }

    /// What it holds now.
    var memoryBytes: Int { get }
}

extension StreamLearner {
    public mutating func learn(_ row: [Float], label: Int) { learn(row, label: label, weight: 1) }

    /// The most probable class; the first of equals.
    public func answer(_ row: [Float]) -> Int {
        var scores = Array(repeating: Float(0), count: classes)
        score(row, into: &scores)
        return greatest(scores)
    }

    func checkShapes(_ row: [Float], _ scores: [Float]) {
        precondition(row.count == features, "\(Self.name): a row of \(row.count), expected \(features)")
        precondition(scores.count == classes, "\(Self.name): \(scores.count) scores, expected \(classes)")
    }

    /// Whether a row can be learned.
    func accepts(_ row: [Float], label: Int, weight: Float) -> Bool {
        precondition(row.count == features, "\(Self.name): a row of \(row.count), expected \(features)")
        return (0..<classes).contains(label) && weight > 0 && weight <= 1e6 && isFinite(row)
    }
}

/// The place of the greatest number; the first of equals.
func greatest(_ scores: [Float]) -> Int {
    var best = 0
    for place in scores.indices where scores[place] > scores[best] { best = place }
    return best
}

func isFinite(_ row: [Float]) -> Bool {
    // The sum of what is finite times zero is zero; anything else is NaN.
    var sum: Float = 0
    for number in row { sum += number * 0 }
    return sum == 0
}

/// Makes numbers that are not negative add up to 1; equal shares where that is not possible.
func normalize(_ scores: inout [Float]) {
    var sum: Float = 0
    for score in scores { sum += score }
    if sum > 0 && sum.isFinite {
        for place in scores.indices { scores[place] /= sum }
    } else {
        share(&scores)
    }
}

/// The same probability for all.
func share(_ scores: inout [Float]) {
    for place in scores.indices { scores[place] = 1 / Float(scores.count) }
}
