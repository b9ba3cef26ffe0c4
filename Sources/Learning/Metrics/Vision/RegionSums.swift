/// Per class: pixels in common, predicted pixels, true pixels. What IoU and Dice are functions of.
enum RegionSums {
    static func add(_ name: String, _ prediction: [Int], _ target: [Int], classes: Int, ignored: Int?, to sums: inout SampleSums) throws {
        guard prediction.count == target.count else {
            throw LearningError(name, "a map of \(prediction.count) predicted pixels for one of \(target.count) pixels")
        }
        var counts = [Int](repeating: 0, count: 3 * classes)
        for (predicted, actual) in zip(prediction, target) where actual != ignored {
            for label in [predicted, actual] where !(0..<classes).contains(label) {
                throw LearningError(name, "a label is \(label) of \(classes) classes")
            }
            counts[3 * predicted + 1] += 1
            counts[3 * actual + 2] += 1
            if predicted == actual { counts[3 * actual] += 1 }
        }
        for (slot, count) in counts.enumerated() where count > 0 { sums.add(Double(count), at: slot) }
    }

    /// The mean of a ratio over the classes that are predicted or true; NaN where there are none.
    static func mean(_ sums: [Double], _ ratio: (Double, Double, Double) -> Double) -> Double {
        func sum(_ slot: Int) -> Double { slot < sums.count ? sums[slot] : 0 }
        var total = 0.0, count = 0.0
        for place in stride(from: 0, to: sums.count, by: 3) where sum(place + 1) + sum(place + 2) > 0 {
            total += ratio(sum(place), sum(place + 1), sum(place + 2))
            count += 1
        }
        return total / count
    }
}
