/// Count, mean, variance and extremes of numbers, added one at a time.
///
/// Sums of (x − x₀) and (x − x₀)², x₀ being the first number, are kept in two doubles each (Dekker; Knuth: The Art of Computer
/// Programming 2, 4.2.2), so that neither many numbers nor a mean far from zero cost digits of the variance.
struct Moments {
    private(set) var count = 0
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private var first = 0.0
    private var sum = Pair()
    private var squares = Pair()

    private struct Pair {
        var high = 0.0, low = 0.0

        mutating func add(_ value: Double, _ rest: Double) {
            let total = high + value, part = total - high
            let error = (high - (total - part)) + (value - part)
            low += error + rest
            high = total
        }
    }

    /// Adds a number; one that is not finite is left out.
    mutating func add(_ value: Double) {
        if !value.isFinite { return }
        if count == 0 { first = value }
        count += 1
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        let distance = value - first
        // What the subtraction rounded off.
        let back = distance + first
        let rest = (value - back) + (first - (back - distance))
        sum.add(distance, rest)
        let square = distance * distance
        let error = (-square).addingProduct(distance, distance)
        squares.add(square, error + 2 * distance * rest)
    }

    var mean: Double { count == 0 ? .nan : first + (sum.high + sum.low) / Double(count) }

    /// The mean of squared distances from the mean.
    var variance: Double {
        if count == 0 { return .nan }
        if !squares.high.isFinite || !sum.high.isFinite { return .infinity }
        let number = Double(count), mean = (sum.high + sum.low) / number
        // Σd² − n·mean², the product with its rounding error.
        let product = mean * sum.high, error = (-product).addingProduct(mean, sum.high)
        let rest = squares.high - product
        return max(0, (rest + (squares.low - error - mean * sum.low)) / number)
    }
}
