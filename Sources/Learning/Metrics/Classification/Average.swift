/// How a metric of one class becomes a metric of many.
public enum Average: Hashable, Sendable {
    /// That of one class.
    case binary(positive: Int)
    /// That of all samples together.
    case micro
    /// The mean over the classes that are predicted or true.
    case macro
    /// The mean over the classes, weighted by their samples.
    case weighted

    /// That of class 1.
    public static let binary = Average.binary(positive: 1)

    var suffix: String {
        switch self {
        case .binary: ""
        case .micro: "_micro"
        case .macro: "_macro"
        case .weighted: "_weighted"
        }
    }

    /// `ratio` gets hits, predictions and samples.
    func value(_ sums: [Double], _ ratio: (Double, Double, Double) -> Double) -> Double {
        let classes = ClassSums(sums)
        guard classes.total > 0 else { return .nan }
        func one(_ label: Int) -> Double { ratio(classes.hits(label), classes.predicted(label), classes.actual(label)) }
        switch self {
        case .binary(let positive): return one(positive)
        case .micro: return ratio(classes.allHits, classes.total, classes.total)
        case .macro: return classes.labels.reduce(0) { $0 + one($1) } / Double(classes.labels.count)
        case .weighted: return classes.labels.reduce(0) { $0 + one($1) * classes.actual($1) } / classes.total
        }
    }
}
