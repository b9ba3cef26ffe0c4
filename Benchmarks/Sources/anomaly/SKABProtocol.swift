import Formats
import Streams

/// The Skoltech Anomaly Benchmark: the first 400 rows of each experiment are normal, the rest is scored row by row.
struct SKABProtocol {
    struct Experiment {
        let group: String
        let rows: [[Double]]
        let labels: [Bool]
    }

    let experiments: [Experiment]
    static let training = 400
    static let thresholds = stride(from: 2.5, through: 12, by: 0.25).map { $0 }

    init(folder: String) throws {
        experiments = try ["other", "valve1", "valve2"].flatMap { group in
            try Files.list(Files.join(folder, "data/\(group)")).filter { $0.hasSuffix(".csv") }.sorted().map { name in
                let path = Files.join(folder, "data/\(group)/\(name)"), lines = try separatedLines(path, by: ";")
                return try Experiment(
                    group: group, rows: lines.map { line in try line[1...8].map { try number($0, in: path) } },
                    labels: lines.map { try number($0[9], in: path) > 0 })
            }
        }
    }

    private func score(_ experiment: Experiment, threshold: Double) throws -> PointScore {
        var detector = try ShiftDetector(normal: Array(experiment.rows[..<Self.training]), threshold: threshold)
        var score = PointScore()
        for row in Self.training..<experiment.rows.count {
            score.add(alarm: try detector.on(experiment.rows[row]), label: experiment.labels[row])
        }
        return score
    }

    func run(_ report: inout Report) throws {
        let scores = try experiments.map { experiment in try Self.thresholds.map { try score(experiment, threshold: $0) } }
        func total(_ files: [Int], _ threshold: (Int) -> Int) -> PointScore {
            files.reduce(PointScore()) { $0 + scores[$1][threshold($1)] }
        }
        func choice(_ folds: [Int]) -> ThresholdChoice {
            ThresholdChoice(thresholds: Self.thresholds, folds: folds) { threshold, files in
                let sum = total(files) { _ in threshold }
                return -max(sum.falseAlarmRate, sum.missedAlarmRate)
            }
        }
        let files = Array(experiments.indices), groups = ["other", "valve1", "valve2"]
        let byFile = choice(files), byGroup = choice(experiments.map { groups.firstIndex(of: $0.group)! })
        func row(_ name: String, _ score: PointScore) -> [String] {
            [name, score.f1.text(3), score.falseAlarmRate.percent, score.missedAlarmRate.percent]
        }
        func constant(_ alarm: Bool) -> PointScore {
            var score = PointScore()
            for experiment in experiments { for label in experiment.labels[Self.training...] { score.add(alarm: alarm, label: label) } }
            return score
        }
        report.line()
        report.line("## SKAB: \(experiments.count) experiments, 8 sensors")
        report.line()
        report.line(
            "`ShiftDetector` in its default setting (means of 10 and 100 rows), trained on the first \(Self.training) rows of each file and scored on the"
        )
        report.line("rest. The threshold makes the larger of FAR and MAR small on the other files. On new files it would be")
        report.line("\(Self.thresholds[byFile.forNewFiles].text(2)). Bar: F1 ≥ 0.80 at FAR ≤ 23 % and MAR ≤ 23 %.")
        report.table(
            ["", "F1", "FAR", "MAR"],
            [
                row("**Millrace**, one file left out", total(files) { byFile.chosen[$0] }),
                row("**Millrace**, whole groups left out", total(files) { byGroup.chosen[$0] }),
            ]
                + groups.map { group in
                    row("– \(group), one file left out", total(files.filter { experiments[$0].group == group }) { byFile.chosen[$0] })
                } + [
                    ["Conv-AE (published)", "0.78", "13.6 %", "28.0 %"], ["MSET (published)", "0.78", "39.7 %", "14.1 %"],
                    ["T²+Q (published)", "0.76", "26.6 %", "24.9 %"], ["LSTM-AE (published)", "0.74", "", ""],
                    ["isolation forest (published)", "0.29", "", ""], row("always", constant(true)), row("never", constant(false)),
                ])
    }
}
