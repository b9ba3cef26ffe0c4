/// Alarms row by row against labels: F1, and the rates of false and of missed alarms. No point adjustment.
public struct PointScore: Hashable, Sendable {
    public private(set) var truePositives = 0, falsePositives = 0, falseNegatives = 0, trueNegatives = 0

    public init() {}

    public mutating func add(alarm: Bool, label: Bool) {
        switch (alarm, label) {
        case (true, true): truePositives += 1
        case (true, false): falsePositives += 1
        case (false, true): falseNegatives += 1
        case (false, false): trueNegatives += 1
        }
    }

    public static func + (left: PointScore, right: PointScore) -> PointScore {
        var sum = left
        sum.truePositives += right.truePositives
        sum.falsePositives += right.falsePositives
        sum.falseNegatives += right.falseNegatives
        sum.trueNegatives += right.trueNegatives
        return sum
    }

    /// 2 TP / (2 TP + FP + FN); 0 where there is nothing.
    public var f1: Double { Self.ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }
    /// FP / (FP + TN): the part of normal rows with an alarm.
    public var falseAlarmRate: Double { Self.ratio(falsePositives, falsePositives + trueNegatives) }
    /// FN / (FN + TP): the part of abnormal rows without an alarm.
    public var missedAlarmRate: Double { Self.ratio(falseNegatives, falseNegatives + truePositives) }

    private static func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}
