/// Per class: hits, predictions, and samples of it. What accuracy, precision, recall, F1 and their like are functions of.
struct ClassSums {
    let sums: [Double]
    /// The weight of all samples.
    let total: Double

    /// Labels from here on are mistakes: their sums would not fit.
    static let limit = 1 << 20

    static func add(_ name: String, _ prediction: Int, _ target: Int, to sums: inout SampleSums) throws {
        for label in [target, prediction] where !(0..<limit).contains(label) {
            throw LearningError(name, "a label is \(label); labels are 0 ..< \(limit)")
        }
        sums.add(1, at: 3 * prediction + 1)
        sums.add(1, at: 3 * target + 2)
        if prediction == target { sums.add(1, at: 3 * target) }
    }

    init(_ sums: [Double]) {
        self.sums = sums
        total = stride(from: 2, to: sums.count, by: 3).reduce(0) { $0 + sums[$1] }
    }

    private func sum(_ slot: Int) -> Double { slot < sums.count ? sums[slot] : 0 }
    func hits(_ label: Int) -> Double { sum(3 * label) }
    func predicted(_ label: Int) -> Double { sum(3 * label + 1) }
    func actual(_ label: Int) -> Double { sum(3 * label + 2) }
    var allHits: Double { stride(from: 0, to: sums.count, by: 3).reduce(0) { $0 + sums[$1] } }

    /// The classes that are predicted or true: the others take no part in a mean.
    var labels: [Int] { (0..<(sums.count + 2) / 3).filter { predicted($0) > 0 || actual($0) > 0 } }
}
