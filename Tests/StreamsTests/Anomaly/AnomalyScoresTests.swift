import Streams
import Testing

@Suite struct AnomalyScoresTests {
    @Test func `points are counted into F1 and both rates`() {
        var score = PointScore()
        for (alarm, label) in [(true, true), (true, true), (true, false), (false, true), (false, false), (false, false), (false, false)] {
            score.add(alarm: alarm, label: label)
        }
        #expect(score.f1 == 4.0 / 6 && score.falseAlarmRate == 0.25 && score.missedAlarmRate == 1.0 / 3)
        #expect((score + score).f1 == score.f1 && PointScore().f1 == 0)
    }

    @Test func `sequences are bridged and counted by overlap`() {
        let alarms = SequenceScore.sequences([0, 1, 0, 1, 0, 0, 0, 2, 2, 0], atLeast: 1, bridging: 2)
        #expect(alarms == [1...3, 7...8])
        let score = SequenceScore(rows: 10, alarms: alarms, labels: [3...4, 5...6])
        #expect(score.found == 1 && score.missed == 1 && score.falseSequences == 1 && score.f1 == 0.5)
        #expect(score.unlabelledRows == 6 && score.alarmedUnlabelledRows == 4)
    }

    @Test func `no file has a say in its own threshold`() {
        // File 0 would like threshold 2, files 1 and 2 threshold 0.
        let worth = [[0.0, 0, 9], [5, 1, 0], [5, 1, 0]]
        let choice = ThresholdChoice(thresholds: [0.1, 0.2, 0.3], folds: [0, 1, 2]) { threshold, files in
            files.reduce(0) { $0 + worth[$1][threshold] }
        }
        #expect(choice.chosen == [0, 2, 2] && choice.forNewFiles == 0)
        let middle = ThresholdChoice(thresholds: [1, 2, 3, 4, 5, 6], folds: [0, 1], smoothing: 1) { threshold, _ in
            [0, 9, 0, 6, 6, 6][threshold]
        }
        #expect(middle.forNewFiles == 4, "a plateau wins over a spike")
    }
}
