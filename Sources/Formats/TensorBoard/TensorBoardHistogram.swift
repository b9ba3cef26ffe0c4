/// How often values lie in each of a list of intervals.
public struct TensorBoardHistogram: Hashable, Sendable {
    public private(set) var least = Double.infinity
    public private(set) var greatest = -Double.infinity
    public private(set) var count = 0.0
    public private(set) var sum = 0.0
    public private(set) var sumOfSquares = 0.0
    /// The upper ends of the intervals, rising; the first begins at -∞.
    public let limits: [Double]
    /// Values in each interval.
    public private(set) var counts: [Double]

    /// Counts values; those that are not finite are left out.
    ///
    /// - Parameter bins: the number of intervals, of equal width from the least to the greatest value.
    public init(_ values: some Sequence<Double>, bins: Int = 30) {
        let values = values.filter(\.isFinite)
        for value in values {
            least = min(least, value)
            greatest = max(greatest, value)
            count += 1
            sum += value
            sumOfSquares += value * value
        }
        let bins = max(1, bins)
        guard !values.isEmpty else {
            (least, greatest, limits, counts) = (0, 0, [0], [0])
            return
        }
        // Halves, since the distance of the greatest numbers is no number.
        let half = (greatest / 2 - least / 2) / Double(bins)
        guard half > 0 else {
            (limits, counts) = ([greatest], [count])
            return
        }
        let (low, high) = (least, greatest)
        limits = (1...bins).map { $0 == bins ? high : low + Double($0) * half + Double($0) * half }
        counts = [Double](repeating: 0, count: bins)
        for value in values {
            let place = Int((value / 2 - least / 2) / half)
            counts[min(bins - 1, max(0, place))] += 1
        }
    }

    var message: ProtobufWriter {
        var message = ProtobufWriter()
        message.add(1, least)
        message.add(2, greatest)
        message.add(3, count)
        message.add(4, sum)
        message.add(5, sumOfSquares)
        message.add(6, limits)
        message.add(7, counts)
        return message
    }
}
