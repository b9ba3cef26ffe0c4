/// What is known of one column's values in a stretch of time; two stretches can be put together.
struct ColumnSummary: Sendable, Hashable {
    private var count = 0.0
    private var sum = 0.0
    private var mean = 0.0
    private var squares = 0.0
    private var least = Double.infinity
    private var most = -Double.infinity
    private var first = Double.nan
    private var firstTime = Int64.max
    private var last = Double.nan
    private var lastTime = Int64.min

    /// Words that a state holds.
    static let words = 10

    mutating func add(_ value: Double, at time: Int64) {
        guard value.isFinite else { return }
        count += 1
        sum += value
        let before = value - mean
        mean += before / count
        squares += before * (value - mean)
        least = min(least, value)
        most = max(most, value)
        if time < firstTime { (first, firstTime) = (value, time) }
        if time >= lastTime { (last, lastTime) = (value, time) }
    }

    /// Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing sample variances (1979).
    mutating func merge(_ other: ColumnSummary) {
        if other.count == 0 { return }
        let total = count + other.count, distance = other.mean - mean
        squares += other.squares + distance * distance * (count * other.count / total)
        mean += distance * (other.count / total)
        count = total
        sum += other.sum
        least = min(least, other.least)
        most = max(most, other.most)
        if other.firstTime < firstTime { (first, firstTime) = (other.first, other.firstTime) }
        if other.lastTime >= lastTime { (last, lastTime) = (other.last, other.lastTime) }
    }

    /// Not-a-number where there are too few values.
    func value(_ function: Aggregate.Function) -> Double {
        switch function {
        case .count: count
        case .sum: count > 0 ? sum : .nan
        case .mean: count > 0 ? sum / count : .nan
        case .minimum: count > 0 ? least : .nan
        case .maximum: count > 0 ? most : .nan
        case .deviation: count > 1 ? (squares / (count - 1)).squareRoot() : .nan
        case .first: first
        case .last: last
        }
    }

    var bits: [UInt64] {
        [count, sum, mean, squares, least, most, first, last].map(\.bitPattern) + [firstTime, lastTime].map(UInt64.init(bitPattern:))
    }

    init() {}

    init(bits: ArraySlice<UInt64>) {
        let words = Array(bits), numbers = words.prefix(8).map { Double(bitPattern: $0) }
        (count, sum, mean, squares) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (least, most, first, last) = (numbers[4], numbers[5], numbers[6], numbers[7])
        firstTime = Int64(bitPattern: words[8])
        lastTime = Int64(bitPattern: words[9])
    }
}
