import Learning

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the leaves of a tree have learned, in one array: a slot of equal size per leaf.
///
/// A slot holds, as f64: the weight of each class at the leaf, with what it inherited from the split; the weight of each class learned
/// here; the weight at the last attempt to split; how much weight the majority and naive Bayes have answered rightly; and for each
/// column and class mean, Σ (x − mean)², least and greatest value.
struct LeafPool: StreamState, Sendable {
    let features: Int
    let classes: Int
    /// Columns per leaf.
    let width: Int
    private(set) var numbers: [Double] = []
    private(set) var columns: [Int32] = []  // [slot, width]

    init(features: Int, classes: Int, width: Int) {
        self.features = features
        self.classes = classes
        self.width = width
    }

    static func stride(classes: Int, width: Int) -> Int { 2 * classes + 3 + 4 * classes * width }
    private var stride: Int { Self.stride(classes: classes, width: width) }
    private var lastAttempt: Int { 2 * classes }
    private var majorityRight: Int { 2 * classes + 1 }
    private var bayesRight: Int { 2 * classes + 2 }
    /// Where a column's mean, squares, least and greatest value of a class lie.
    private func moment(_ place: Int, _ label: Int) -> Int { 2 * classes + 3 + 4 * (place * classes + label) }

    var count: Int { numbers.count / stride }

    mutating func removeAll() {
        numbers.removeAll(keepingCapacity: true)
        columns.removeAll(keepingCapacity: true)
    }

    /// Opens a slot behind the others.
    mutating func append(inherited: [Double], using random: inout SplitMix) -> Int {
        let slot = count
        numbers.append(contentsOf: repeatElement(0, count: stride))
        columns.append(contentsOf: repeatElement(0, count: width))
        reset(slot, inherited: inherited, using: &random)
        return slot
    }

    /// Empties a slot and draws its columns.
    mutating func reset(_ slot: Int, inherited: [Double], using random: inout SplitMix) {
        let first = slot * stride
        for place in first..<first + stride { numbers[place] = 0 }
        for label in 0..<classes { numbers[first + label] = inherited[label] }
        for place in 0..<width {
            var column = place
            if width < features {
                repeat { column = random.below(features) } while columns[slot * width..<slot * width + place].contains(Int32(column))
            }
            columns[slot * width + place] = Int32(column)
        }
        for place in 0..<width {
            for label in 0..<classes {
                numbers[first + moment(place, label) + 2] = .infinity
                numbers[first + moment(place, label) + 3] = -.infinity
            }
        }
    }

    /// The weight of each class at the leaf.
    func weights(_ slot: Int) -> ArraySlice<Double> { numbers[slot * stride..<slot * stride + classes] }

    /// The class seen most; the first of equals.
    func majority(_ slot: Int) -> Int {
        let first = slot * stride
        var best = 0
        for label in 1..<classes where numbers[first + label] > numbers[first + best] { best = label }
        return best
    }

    func bayesIsBetter(_ slot: Int) -> Bool { numbers[slot * stride + bayesRight] > numbers[slot * stride + majorityRight] }

    /// Writes ln p(class) + ln p(row | class) of each class; −∞ for one that was not seen here.
    func bayes(_ slot: Int, _ row: [Float], _ logs: UnsafeMutableBufferPointer<Double>) {
        let first = slot * stride
        numbers.withUnsafeBufferPointer { numbers in
            for label in 0..<classes {
                let weight = numbers[first + classes + label]
                guard weight > 0 else {
                    logs[label] = -.infinity
                    continue
                }
                var sum = log(weight)
                for place in 0..<width {
                    let at = first + moment(place, label)
                    sum += logDensity(
                        Double(row[Int(columns[slot * width + place])]), mean: numbers[at], squares: numbers[at + 1], count: weight)
                }
                logs[label] = sum
            }
        }
    }

    /// Learns a row; `bayes` is what naive Bayes answered before, nil where nobody asked.
    mutating func learn(_ slot: Int, _ row: [Float], label: Int, weight: Double, bayes: Int?) {
        let first = slot * stride
        if let bayes {
            if majority(slot) == label { numbers[first + majorityRight] += weight }
            if bayes == label { numbers[first + bayesRight] += weight }
        }
        numbers[first + label] += weight
        numbers[first + classes + label] += weight
        let share = weight / numbers[first + classes + label]
        for place in 0..<width {
            let value = Double(row[Int(columns[slot * width + place])]), at = first + moment(place, label)
            let distance = value - numbers[at]
            numbers[at] += share * distance
            numbers[at + 1] += weight * distance * (value - numbers[at])
            numbers[at + 2] = min(numbers[at + 2], value)
            numbers[at + 3] = max(numbers[at + 3], value)
        }
    }

    /// Whether enough was learned since the last attempt, and more than one class.
    mutating func isDue(_ slot: Int, gracePeriod: Double) -> Bool {
        let first = slot * stride
        var total = 0.0, seen = 0
        for label in 0..<classes where numbers[first + classes + label] > 0 {
            total += numbers[first + classes + label]
            seen += 1
        }
        guard seen > 1, total - numbers[first + lastAttempt] >= gracePeriod else { return false }
        numbers[first + lastAttempt] = total
        return true
    }

    /// The best split of a leaf, if it is good enough.
    ///
    ///     gain = H(classes) − Σ_side share · H(classes on the side)
    ///
    /// It is taken when its gain exceeds that of the best split by another column, or by none, by more than ε = √(R² ln(1/δ) / 2n) with
    /// R = log₂ classes, or when ε < τ. The counts on each side come from normal distributions.
    func split(_ slot: Int, _ settings: TreeSettings) -> Split? {
        let first = slot * stride
        let whole = (0..<classes).map { numbers[first + classes + $0] }
        let total = whole.reduce(0, +), entropy = Self.entropy(whole)
        var best: Split?, second = 0.0, left = whole, right = whole
        for place in 0..<width {
            var low = Double.infinity, high = -Double.infinity
            for label in 0..<classes where whole[label] > 0 {
                low = min(low, numbers[first + moment(place, label) + 2])
                high = max(high, numbers[first + moment(place, label) + 3])
            }
            guard low < high else { continue }
            var own: Split?
            for candidate in 1...settings.candidates {
                // Rounded to what rows are compared with.
                let threshold = Float(low + (high - low) * Double(candidate) / Double(settings.candidates + 1))
                for label in 0..<classes {
                    left[label] = below(Double(threshold), at: first + moment(place, label), weight: whole[label])
                    right[label] = whole[label] - left[label]
                }
                let leftTotal = left.reduce(0, +), rightTotal = right.reduce(0, +)
                guard min(leftTotal, rightTotal) > 0.01 * total else { continue }
                let gain = entropy - (leftTotal * Self.entropy(left) + rightTotal * Self.entropy(right)) / total
                if gain > own?.gain ?? 0 {
                    own = Split(column: columns[slot * width + place], threshold: threshold, gain: gain, left: left, right: right)
                }
            }
            guard let own else { continue }
            if own.gain > best?.gain ?? 0 {
                second = best?.gain ?? 0
                best = own
            } else {
                second = max(second, own.gain)
            }
        }
        guard let best else { return nil }
        let range = log2(Double(classes))
        let bound = (range * range * log(1 / settings.splitConfidence) / (2 * total)).squareRoot()
        return best.gain - second > bound || bound < settings.tieThreshold ? best : nil
    }

    struct Split {
        let column: Int32
        let threshold: Float
        let gain: Double
        let left: [Double], right: [Double]
    }

    /// The weight of a class at or below a threshold.
    private func below(_ threshold: Double, at place: Int, weight: Double) -> Double {
        if !(weight > 0) || threshold < numbers[place + 2] { return 0 }
        if threshold >= numbers[place + 3] { return weight }
        let deviation = weight > 1 ? (numbers[place + 1] / (weight - 1)).squareRoot() : 0
        guard deviation > 0 else { return numbers[place] <= threshold ? weight : 0 }
        return weight * 0.5 * erfc((numbers[place] - threshold) / (deviation * 2.0.squareRoot()))
    }

    private static func entropy(_ weights: [Double]) -> Double {
        let total = weights.reduce(0, +)
        return weights.reduce(0) { $1 > 0 ? $0 - $1 / total * log2($1 / total) : $0 }
    }

    static func bytes(slots: Int, classes: Int, width: Int) -> Int { slots * (8 * stride(classes: classes, width: width) + 4 * width) }
    var bytes: Int { Self.bytes(slots: count, classes: classes, width: width) }

    func write(to writer: inout StateWriter) {
        for number in [features, classes, width] { writer.write(number) }
        writer.write(columns)
        writer.write(numbers)
    }

    init(from reader: inout StateReader) throws {
        features = try reader.int("features", in: 1...1 << 16)
        classes = try reader.int("classes", in: 2...1024)
        width = try reader.int("columns per leaf", in: 1...features)
        columns = try reader.numbers(Int32.self, "columns")
        let features = Int32(self.features)
        try reader.require(columns.count % width == 0 && columns.allSatisfy { (0..<features).contains($0) }, "columns", "are out of range")
        numbers = try reader.numbers(Double.self, "leaves", count: columns.count / width * Self.stride(classes: classes, width: width))
    }
}
