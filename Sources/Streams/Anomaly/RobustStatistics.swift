/// Statistics that a few wild numbers do not move.
enum RobustStatistics {
    /// The quantile by linear interpolation between the sorted numbers; 0 without numbers.
    static func quantile(_ numbers: [Double], _ part: Double) -> Double {
        guard !numbers.isEmpty else { return 0 }
        let sorted = numbers.sorted(), place = part * Double(sorted.count - 1), low = Int(place)
        return sorted[low] + (place - Double(low)) * (sorted[min(low + 1, sorted.count - 1)] - sorted[low])
    }

    static func median(_ numbers: [Double]) -> Double { quantile(numbers, 0.5) }
}
