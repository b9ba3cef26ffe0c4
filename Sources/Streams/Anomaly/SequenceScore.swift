/// Alarmed sequences against labelled sequences: a labelled one is found if any alarmed one overlaps it, an alarmed one is false if it
/// overlaps none. The rows with a false alarm are counted beside it, so that a sequence over everything does not pay.
public struct SequenceScore: Hashable, Sendable {
    public private(set) var found = 0, falseSequences = 0, missed = 0
    /// Rows without a label, and those of them within an alarmed sequence.
    public private(set) var unlabelledRows = 0, alarmedUnlabelledRows = 0

    public init() {}

    /// - Parameters:
    ///   - alarms: first and last rows of the alarmed sequences, ascending and apart from each other.
    ///   - labels: first and last rows of the labelled ones; they may overlap.
    public init(rows: Int, alarms: [ClosedRange<Int>], labels: [ClosedRange<Int>]) {
        found = labels.count { label in alarms.contains { $0.overlaps(label) } }
        missed = labels.count - found
        falseSequences = alarms.count { alarm in !labels.contains { $0.overlaps(alarm) } }
        var isLabelled = [Bool](repeating: false, count: rows)
        for label in labels { for row in label.clamped(to: 0...max(0, rows - 1)) where row < rows { isLabelled[row] = true } }
        unlabelledRows = isLabelled.count { !$0 }
        for alarm in alarms { alarmedUnlabelledRows += alarm.count { $0 < rows && !isLabelled[$0] } }
    }

    /// The rows at or above the threshold as sequences; gaps of up to `gap` rows are bridged.
    public static func sequences(_ scores: [Double], atLeast threshold: Double, bridging gap: Int) -> [ClosedRange<Int>] {
        var sequences: [ClosedRange<Int>] = []
        for row in scores.indices where scores[row] >= threshold {
            if let last = sequences.last, row - last.upperBound <= gap {
                sequences[sequences.count - 1] = last.lowerBound...row
            } else {
                sequences.append(row...row)
            }
        }
        return sequences
    }

    public static func + (left: SequenceScore, right: SequenceScore) -> SequenceScore {
        var sum = left
        sum.found += right.found
        sum.falseSequences += right.falseSequences
        sum.missed += right.missed
        sum.unlabelledRows += right.unlabelledRows
        sum.alarmedUnlabelledRows += right.alarmedUnlabelledRows
        return sum
    }

    /// 2 found / (2 found + false + missed); 0 where there is nothing.
    public var f1: Double {
        let whole = 2 * found + falseSequences + missed
        return whole == 0 ? 0 : 2 * Double(found) / Double(whole)
    }

    /// The part of unlabelled rows with an alarm.
    public var alarmedPart: Double { unlabelledRows == 0 ? 0 : Double(alarmedUnlabelledRows) / Double(unlabelledRows) }
}
