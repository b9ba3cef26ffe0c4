#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The score of the Numenta Anomaly Benchmark: a reward for every labelled window, larger the earlier in it the first alarm comes, and
/// a cost for every alarm outside.
///
///     inside a window    σ(y) / σ(−1)  of the best alarm, y from −1 at its first row to about 0 at its last; −1 · `missed` without one
///     outside            `falseAlarm` · σ(y), y the rows since the last window in widths of it; −1 before any window and past y = 3
///     σ(y) = 2 / (1 + e^{5y}) − 1
///
/// Alarms in the probationary rows at the beginning do not count.
///
/// Lavin, Ahmad: Evaluating real-time anomaly detection algorithms (ICMLA 2015).
public struct NABScore: Sendable {
    /// What alarms earn and cost.
    public struct Profile: Hashable, Sendable {
        public let falseAlarm: Double
        public let missed: Double

        public init(falseAlarm: Double, missed: Double) {
            self.falseAlarm = falseAlarm
            self.missed = missed
        }

        public static let standard = Profile(falseAlarm: 0.11, missed: 1)
        public static let fewFalseAlarms = Profile(falseAlarm: 0.22, missed: 1)
        public static let fewMisses = Profile(falseAlarm: 0.11, missed: 2)
    }

    /// Rows at the beginning whose alarms do not count: 15 % of the file, at most 750.
    public let probation: Int
    public let windowCount: Int

    private let profile: Profile
    /// What an alarm in each row earns.
    private let rewards: [Double]
    /// The window that each row lies in.
    private let windowOf: [Int?]
    /// The windows that end after the probation: only they can be missed.
    private let countedWindows: Set<Int>

    /// - Parameters:
    ///   - windows: first and last rows, ascending and apart from each other.
    /// - Throws: `StreamError` if the windows overlap or lie outside the rows.
    public init(rows: Int, windows: [ClosedRange<Int>], profile: Profile = .standard) throws {
        for (index, window) in windows.enumerated() {
            guard window.lowerBound > (index == 0 ? -1 : windows[index - 1].upperBound), window.upperBound < rows else {
                throw StreamError(
                    "nab", "rows \(window.lowerBound)...\(window.upperBound) overlap or leave the file", at: "window \(index)")
            }
        }
        let probation = Self.probation(rows: rows)
        self.probation = probation
        self.profile = profile
        windowCount = windows.count
        var rewards = [Double](repeating: 0, count: max(0, rows)), windowOf = [Int?](repeating: nil, count: max(0, rows))
        var previous: ClosedRange<Int>?, upcoming = 0
        for row in rewards.indices {
            if upcoming < windows.count, windows[upcoming].contains(row) {
                let window = windows[upcoming]
                windowOf[row] = upcoming
                rewards[row] = Self.sigmoid(-Double(window.upperBound - row + 1) / Double(window.count)) / Self.sigmoid(-1)
                if row == window.upperBound { (previous, upcoming) = (window, upcoming + 1) }
            } else if let previous {
                rewards[row] = profile.falseAlarm * Self.sigmoid(Double(row - previous.upperBound) / Double(previous.count - 1))
            } else {
                rewards[row] = -profile.falseAlarm
            }
        }
        self.rewards = rewards
        self.windowOf = windowOf
        countedWindows = Set(windowOf.indices.filter { $0 >= probation }.compactMap { windowOf[$0] })
    }

    public static func probation(rows: Int) -> Int { min(rows * 15 / 100, 750) }

    private static func sigmoid(_ position: Double) -> Double { position > 3 ? -1 : 2 / (1 + exp(5 * position)) - 1 }

    /// The score of a file with alarms in these rows.
    public func score(alarms: [Int]) -> Double {
        var best = [Int: Double](), outside = 0.0
        for row in alarms where row >= probation && rewards.indices.contains(row) {
            if let window = windowOf[row] {
                best[window] = max(best[window] ?? -profile.missed, rewards[row])
            } else {
                outside += rewards[row]
            }
        }
        return countedWindows.reduce(outside) { $0 + (best[$1] ?? -profile.missed) }
    }

    /// 100 for the first row of every window and nothing else, 0 for no alarm at all.
    public static func normalised(_ score: Double, windows: Int, profile: Profile = .standard) -> Double {
        let nothing = -profile.missed * Double(windows)
        return 100 * (score - nothing) / (Double(windows) - nothing)
    }
}
