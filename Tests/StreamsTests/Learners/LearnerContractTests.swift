import Streams
import TestKit
import Testing

@Suite struct LearnerContractTests {
    private static let tree = TreeSettings(leafLimit: 40, gracePeriod: 60, splitConfidence: 0.01, tieThreshold: 0.1)

    @Test func `logistic regression keeps the contract`() {
        #expect(StreamLearnerContract.violations(OnlineLogisticRegression(features: 4, classes: 3)) == [])
        #expect(StreamLearnerContract.violations(OnlineLogisticRegression(features: 4, classes: 3, focus: 2, memory: 500)) == [])
    }

    @Test func `naive Bayes keeps the contract`() {
        #expect(StreamLearnerContract.violations(OnlineNaiveBayes(features: 4, classes: 3)) == [])
        #expect(StreamLearnerContract.violations(OnlineNaiveBayes(features: 4, classes: 3, memory: 300)) == [])
    }

    @Test func `a window of neighbours keeps the contract`() {
        #expect(StreamLearnerContract.violations(NeighbourWindow(features: 4, classes: 3, neighbours: 7, window: 300)) == [])
    }

    @Test func `a Hoeffding tree keeps the contract, whatever its leaves answer`() {
        for answer in [TreeSettings.LeafAnswer.majority, .naiveBayes, .adaptive] {
            var settings = Self.tree
            settings.leafAnswer = answer
            #expect(
                StreamLearnerContract.violations(HoeffdingTree(features: 4, classes: 3, settings: settings, seed: 1)) == [], "\(answer)")
        }
    }

    @Test func `an adaptive random forest keeps the contract`() {
        #expect(StreamLearnerContract.violations(AdaptiveRandomForest(features: 4, classes: 3, trees: 5, seed: 2)) == [])
    }

    @Test func `a balanced learner keeps the contract`() {
        #expect(
            StreamLearnerContract.violations(Balanced(OnlineNaiveBayes(features: 4, classes: 3), ClassBalance(weights: [1, 1, 1]))) == [])
    }

    @Test func `half-space trees keep the contract of anomaly scorers`() {
        #expect(StreamLearnerContract.violations(anomalies: HalfSpaceTrees(features: 4, trees: 20, height: 6, window: 200, seed: 3)) == [])
        let ranges = Array(repeating: Float(-10)...10, count: 4)
        #expect(
            StreamLearnerContract.violations(anomalies: HalfSpaceTrees(features: 4, trees: 20, height: 6, window: 200, ranges: ranges))
                == [])
    }

    @Test func `subjects that break every rule fail every check`() {
        let found = StreamLearnerContract.violations(Parrot())
        #expect(found.map { String($0.prefix { $0 != ":" }) } == StreamLearnerContract.checks, "\(found)")
        let anomalies = StreamLearnerContract.violations(anomalies: Optimist())
        #expect(anomalies.map { String($0.prefix { $0 != ":" }) } == StreamLearnerContract.anomalyChecks, "\(anomalies)")
    }
}

/// Answers no probabilities, learns nothing, forgets its course, counts nothing and grows.
private struct Parrot: StreamLearner {
    static let name = "parrot"
    nonisolated(unsafe) static var learned = 0
    var features: Int { 4 }
    var classes: Int { 3 }
    var refused: Int { 0 }
    var memoryLimit: Int { 100 }
    var memoryBytes: Int { 8 * heard.count }
    private var heard: [Int64] = []

    init() {}
    func score(_ row: [Float], into scores: inout [Float]) { scores = [1, 1, row[0]] }
    mutating func learn(_ row: [Float], label: Int, weight: Float) {
        Self.learned += 1
        heard.append(Int64(Self.learned))
    }
    func write(to writer: inout StateWriter) { writer.write(heard) }
    init(from reader: inout StateReader) throws { heard = (try? reader.numbers(Int64.self, "heard")) ?? [] }
}

/// Finds everything usual, forgets its course, counts nothing and grows.
private struct Optimist: AnomalyScorer {
    static let name = "optimist"
    nonisolated(unsafe) static var learned = 0
    var features: Int { 4 }
    var refused: Int { 0 }
    var memoryLimit: Int { 100 }
    var memoryBytes: Int { 8 * heard.count }
    private var heard: [Int64] = []

    init() {}
    func score(_ row: [Float]) -> Float { 0 }
    mutating func learn(_ row: [Float]) {
        Self.learned += 1
        heard.append(Int64(Self.learned))
    }
    func write(to writer: inout StateWriter) { writer.write(heard) }
    init(from reader: inout StateReader) throws { heard = (try? reader.numbers(Int64.self, "heard")) ?? [] }
}
