/// Test, then learn: each answer is compared with the label before the label is learned.
///
/// Beside the accuracy stand the accuracies of who always answers the label before ("no change") and the label most frequent so far
/// ("majority"), and how much of the way from there to 1 is covered:
///
///     κ = (p − p_chance) / (1 − p_chance)     κ_temporal = (p − p_no change) / (1 − p_no change)
///
/// p_chance is the accuracy of random answers with the same frequencies. Where labels come in runs, only κ_temporal shows whether anything
/// was learned.
///
/// Gama, Sebastião, Rodrigues: On evaluating stream learning algorithms (Machine Learning 2013). Bifet and others: Pitfalls in
/// benchmarking data stream classification (ECML PKDD 2013). Žliobaitė and others: Evaluation methods and decision theory for
/// classification of streaming data with temporal dependence (Machine Learning 2015).
public struct Prequential: StreamState, Sendable, Hashable {
    public let classes: Int
    /// Events counted.
    public private(set) var count = 0
    /// Answers or labels that are no class; they are not counted elsewhere.
    public private(set) var refused = 0
    private var confusion: [Int]  // [label, answer]
    private var supports: [Int]  // of each label
    private var unchanged = 0, majorityRight = 0
    private var last = -1

    public init(classes: Int) {
        precondition((2...1024).contains(classes), "prequential: \(classes) classes are not in 2...1024")
        self.classes = classes
        confusion = Array(repeating: 0, count: classes * classes)
        supports = Array(repeating: 0, count: classes)
    }

    /// Compares an answer with its label.
    public mutating func add(answer: Int, label: Int) {
        guard (0..<classes).contains(answer), (0..<classes).contains(label) else {
            refused += 1
            return
        }
        if label == last { unchanged += 1 }
        var majority = 0, most = -1
        for other in 0..<classes where supports[other] > most { (majority, most) = (other, supports[other]) }
        if majority == label { majorityRight += 1 }
        confusion[label * classes + answer] += 1
        supports[label] += 1
        count += 1
        last = label
    }

    private func share(_ number: Int, of whole: Int) -> Double { whole > 0 ? Double(number) / Double(whole) : 0 }
    private func covered(_ accuracy: Double, from base: Double) -> Double { base < 1 ? (accuracy - base) / (1 - base) : 0 }

    /// How often a label came with an answer.
    public func count(label: Int, answer: Int) -> Int { confusion[label * classes + answer] }
    /// How often a label came.
    public func support(of label: Int) -> Int { supports[label] }
    /// How often an answer was given.
    public func answers(of answer: Int) -> Int { (0..<classes).reduce(0) { $0 + confusion[$1 * classes + answer] } }

    public var accuracy: Double { share((0..<classes).reduce(0) { $0 + confusion[$1 * (classes + 1)] }, of: count) }
    /// The accuracy of the label before.
    public var noChangeAccuracy: Double { share(unchanged, of: count) }
    /// The accuracy of the label most frequent before each event.
    public var majorityAccuracy: Double { share(majorityRight, of: count) }
    /// The accuracy of one answer for ever: for a rare class the score of "always", and of "never" for the class that is not it.
    public func accuracy(ofAlways label: Int) -> Double { share(support(of: label), of: count) }

    public var kappa: Double {
        let chance = (0..<classes).reduce(0.0) { $0 + share(support(of: $1), of: count) * share(answers(of: $1), of: count) }
        return covered(accuracy, from: chance)
    }
    public var kappaTemporal: Double { covered(accuracy, from: noChangeAccuracy) }
    /// κ against the majority.
    public var kappaMajority: Double { covered(accuracy, from: majorityAccuracy) }

    /// The share of a class that was recognized; 0 for one that never came.
    public func recall(of label: Int) -> Double { share(count(label: label, answer: label), of: support(of: label)) }
    /// The share of an answer that was right.
    public func precision(of label: Int) -> Double { share(count(label: label, answer: label), of: answers(of: label)) }
    /// The mean of the recalls of the classes that came: what accuracy would be if all were equally frequent.
    public var balancedAccuracy: Double {
        let seen = (0..<classes).filter { support(of: $0) > 0 }
        return seen.isEmpty ? 0 : seen.reduce(0) { $0 + recall(of: $1) } / Double(seen.count)
    }

    public func write(to writer: inout StateWriter) {
        writer.begin("prequential")
        for number in [classes, count, refused, unchanged, majorityRight, last] { writer.write(number) }
        writer.write(confusion)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin("prequential")
        classes = try reader.int("classes", in: 2...1024)
        count = try reader.count("count")
        refused = try reader.count("refused")
        unchanged = try reader.int("unchanged", in: 0...count)
        majorityRight = try reader.int("majority", in: 0...count)
        last = try reader.int("last", in: -1...classes - 1)
        let (cells, total) = (try reader.numbers(Int64.self, "confusion", count: classes * classes), Int64(count))
        try reader.require(cells.allSatisfy { (0...total).contains($0) }, "confusion", "is out of range")
        let counts = cells.map(Int.init), classes = classes
        confusion = counts
        supports = (0..<classes).map { label in counts[label * classes..<(label + 1) * classes].reduce(0, &+) }
        try reader.require(confusion.reduce(0, &+) == count, "confusion", "does not add up to \(count)")
    }
}
