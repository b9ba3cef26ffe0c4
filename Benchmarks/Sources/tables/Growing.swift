import Datasets
import Features
import Learning

/// Grows boosted trees for two classes: 100 rounds of 31 leaves at a rate of 0.1.
struct Growing {
    private let table: Frame
    private let label: String
    private let columns: [String]

    init(_ arguments: [String]) throws {
        table = try Table(at: arguments[0]).frame()
        (label, columns) = (arguments[1], Array(arguments[2...]))
    }

    func run() throws {
        let (samples, labels) = try part { $0 % 5 != 0 }, (unseen, truths) = try part { $0 % 5 == 0 }
        var model = BoostedTreesClassifier(.init(rounds: 100, rate: 0.1, leaves: 31))
        let seconds = try Stopwatch.seconds { try model.fit(samples, labels) }
        let answers = try model.predictProbabilities(unseen)
        let quality = try OutputMetric.named("roc_auc").value(answers.values, width: 2, truths.map { Float($0) }, scale: .probabilities)
        print("{\"rows\":\(samples.rows),\"seconds\":\(seconds),\"quality\":\(quality)}")
    }

    /// The rows whose numbers are chosen.
    private func part(_ isChosen: (Int) -> Bool) throws -> (SampleMatrix, [Int]) {
        let rows = table.rows(where: isChosen)
        func numbers(_ name: String) throws -> [Double] {
            guard let numbers = try rows.column(name).numbers else { throw DatasetError("trees", "is no column of numbers", at: name) }
            return numbers
        }
        let values = try columns.map(numbers)
        let samples = try SampleMatrix((0..<rows.rowCount).map { row in values.map { Float($0[row]) } })
        return (samples, try numbers(label).map { Int($0) })
    }
}
