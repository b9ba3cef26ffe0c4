import Foundation
import Learning
import Streams
import TestKit
import Testing

@Suite struct LearnerTests {
    @Test func `a tree stops at its leaf limit and goes on learning`() {
        var settings = TreeSettings(leafLimit: 8, gracePeriod: 30, splitConfidence: 0.01)
        var tree = HoeffdingTree(features: 2, classes: 2, settings: settings)
        settings.leafLimit = 200
        var free = HoeffdingTree(features: 2, classes: 2, settings: settings)
        var random = SplitMix(seed: 1)
        for _ in 0..<20_000 {
            let row = [Float(random.unit()), Float(random.unit())]
            let label = (Int(row[0] * 6) + Int(row[1] * 6)) % 2
            tree.learn(row, label: label)
            free.learn(row, label: label)
        }
        #expect(tree.leaves == 8)
        #expect(free.leaves > 20)
        #expect(tree.memoryBytes == tree.memoryLimit)
    }

    @Test func `a forest finds its way sooner than a single tree after the classes have changed places`() {
        var forest = AdaptiveRandomForest(features: 3, classes: 2, trees: 5, seed: 4)
        var tree = HoeffdingTree(features: 3, classes: 2)
        var random = SplitMix(seed: 2)
        var forestRight = 0, treeRight = 0
        for event in 0..<9000 {
            let row = (0..<3).map { _ in Float(random.unit()) }
            let label = (row[0] + row[1] > 1) == (event < 5000) ? 1 : 0
            if event >= 7000 {
                forestRight += forest.answer(row) == label ? 1 : 0
                treeRight += tree.answer(row) == label ? 1 : 0
            }
            forest.learn(row, label: label)
            tree.learn(row, label: label)
        }
        #expect(forest.replacements >= 3)
        #expect(forestRight > 1750 && treeRight < forestRight - 30, "forest \(forestRight), tree \(treeRight) of 2000")
    }

    @Test func `other seeds make other forests`() {
        func state(_ seed: UInt64) -> [UInt8] {
            var forest = AdaptiveRandomForest(features: 4, classes: 2, trees: 2, seed: seed), random = SplitMix(seed: 1)
            for _ in 0..<50 { forest.learn((0..<4).map { _ in Float(random.unit()) }, label: random.below(2)) }
            return forest.stateBytes
        }
        #expect(state(1) == state(1) && state(1) != state(2))
    }

    /// Of 2,000 rows 1 in 40 is of class 1; both overlap.
    private func rare(_ body: ([Float], Int) -> Void) {
        var random = SplitMix(seed: 9)
        for _ in 0..<6000 {
            let label = random.below(40) == 0 ? 1 : 0
            body([Float(random.unit() + random.unit() + (label == 1 ? 0.7 : 0)), Float(random.unit())], label)
        }
    }

    @Test func `weights, the focal loss and replay raise the recall of a rare class`() {
        var plain = OnlineLogisticRegression(features: 2, classes: 2), replayed = plain
        var weighted = Balanced(plain, ClassBalance(classes: 2))
        var replay = BalancedReplay(features: 2, classes: 2)
        var scores = (0..<3).map { _ in Prequential(classes: 2) }
        rare { row, label in
            scores[0].add(answer: plain.answer(row), label: label)
            scores[1].add(answer: weighted.answer(row), label: label)
            scores[2].add(answer: replayed.answer(row), label: label)
            plain.learn(row, label: label)
            weighted.learn(row, label: label)
            replay.add(row, label: label)
            replay.rehearse(&replayed, rows: 1)
        }
        #expect(scores[0].recall(of: 1) < 0.2, "\(scores[0].recall(of: 1))")
        #expect(scores[1].recall(of: 1) > 0.6, "\(scores[1].recall(of: 1))")
        #expect(scores[2].recall(of: 1) > 0.6, "\(scores[2].recall(of: 1))")
        #expect(scores[1].balancedAccuracy > scores[0].balancedAccuracy + 0.1)
        #expect(replay.count(of: 1) <= 200 && replay.count(of: 0) == 200)
    }

    @Test func `the focal loss steps by its own slope`() {
        // One row at the mean in both columns: only the intercept moves, by rate · dL/db.
        let rate = 1e-3, focus = 2.0
        var learner = OnlineLogisticRegression(features: 1, classes: 2, rate: rate, penalty: 0, focus: focus)
        learner.learn([3], label: 1)
        func loss(_ b: Double) -> Double {
            let p = 1 / (1 + exp2(-b / 0.6931471805599453))  // softmax of (0, b)
            return -(1 - p) * (1 - p) * log2(p) * 0.6931471805599453
        }
        let slope = (loss(1e-4) - loss(-1e-4)) / 2e-4
        #expect(abs(learner.weights[3] + rate * slope) < 1e-9, "\(learner.weights[3]), expected \(-rate * slope)")
        #expect(learner.weights[1] == -learner.weights[3])
    }

    @Test func `bytes of balances, replays, evaluations and delayed labels never trap`() {
        var balance = ClassBalance(classes: 3), replay = BalancedReplay(features: 2, classes: 3, rowsPerClass: 5)
        var score = Prequential(classes: 3), delayed = DelayedLabels(features: 2, capacity: 20)
        for event in 0..<60 {
            _ = balance.weight(for: event % 4)
            replay.add([Float(event), 1], label: event % 3)
            score.add(answer: event % 2, label: event % 3)
            delayed.add(UInt64(event), [1, Float(event)], answer: event % 3)
        }
        #expect(StateContract.violation(of: balance) { state in for event in 0..<9 { _ = state.weight(for: event) } } == nil)
        #expect(
            StateContract.violation(of: replay) { state in
                var row = Array(repeating: Float(0), count: state.features)
                for event in 0..<20 {
                    state.add(row, label: event % 3)
                    _ = state.draw(into: &row)
                }
            } == nil)
        #expect(
            StateContract.violation(of: score) { state in
                for event in 0..<9 { state.add(answer: event % 4, label: event % 3) }
                _ = (state.kappa, state.kappaTemporal, state.balancedAccuracy)
            } == nil)
        #expect(
            StateContract.violation(of: delayed) { state in
                var row = Array(repeating: Float(0), count: state.features)
                for event in 0..<50 { state.add(UInt64(event), row, answer: event) }
                for event in 0..<99 { _ = state.take(UInt64(event), into: &row) }
            } == nil)
    }
}
