import Streams
import Testing

@Suite struct EvaluationTests {
    @Test func `accuracy stands beside chance, no change, majority and always`() {
        var score = Prequential(classes: 2)
        let labels = [1, 1, 1, 0, 0, 1, 1, 0, 0, 0]
        let answers = [1, 0, 1, 0, 1, 1, 1, 0, 0, 1]
        for (answer, label) in zip(answers, labels) { score.add(answer: answer, label: label) }
        #expect(score.count == 10)
        #expect(score.accuracy == 0.7)
        #expect(score.noChangeAccuracy == 0.6)  // the first event has no label before it
        // majority before each event: 0 1 1 1 1 1 1 1 1 1, right at 1, 2, 5, 6
        #expect(score.majorityAccuracy == 0.4)
        #expect(score.accuracy(ofAlways: 1) == 0.5)
        let chance = 0.5 * 0.6 + 0.5 * 0.4
        #expect(abs(score.kappa - (0.7 - chance) / (1 - chance)) < 1e-12)
        #expect(abs(score.kappaTemporal - 0.1 / 0.4) < 1e-12)
        #expect(abs(score.kappaMajority - 0.3 / 0.6) < 1e-12)
        #expect(score.recall(of: 1) == 0.8 && score.recall(of: 0) == 0.6)
        #expect(abs(score.precision(of: 1) - 4.0 / 6) < 1e-12)
        #expect(abs(score.balancedAccuracy - 0.7) < 1e-12)
        score.add(answer: 2, label: 0)
        score.add(answer: 0, label: -1)
        #expect(score.refused == 2 && score.count == 10)
    }

    @Test func `labels that come late, twice or never are told apart`() {
        var delayed = DelayedLabels(features: 2, capacity: 3), row: [Float] = [0, 0]
        for key in 1...4 as ClosedRange<UInt64> { delayed.add(key, [Float(key), 0], answer: Int(key) * 10) }
        #expect(delayed.missing == 1 && delayed.waiting == 3)
        #expect(delayed.take(1, into: &row) == nil)
        #expect(delayed.take(3, into: &row) == 30 && row == [3, 0])
        #expect(delayed.take(3, into: &row) == nil)
        #expect(delayed.unknown == 2)
        delayed.add(5, [5, 0], answer: 50)
        delayed.add(6, [6, 0], answer: 60)  // 3 had its label: only 2 is missing
        #expect(delayed.missing == 2 && delayed.waiting == 3)
        delayed.add(5, [7, 0], answer: 70)
        #expect(delayed.take(5, into: &row) == 70 && row == [7, 0])
    }
}
