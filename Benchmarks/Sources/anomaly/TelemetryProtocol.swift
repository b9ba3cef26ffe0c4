import Formats
import Streams

/// Spacecraft telemetry (SMAP and MSL): sequences of alarms against labelled sequences.
struct TelemetryProtocol {
    struct Channel {
        let name: String
        let rows: Int
        let labels: [ClosedRange<Int>]
        let scores: [Double]
    }

    let channels: [Channel]
    /// Alarms closer than this are one sequence.
    static let gap = 100
    static let thresholds = stride(from: 0.6, through: 2, by: 0.05).map { $0 }

    init(folder: String) throws {
        channels = try separatedLines(Files.join(folder, "labeled_anomalies.csv"), by: "\"").map { fields in
            let name = String(fields[0].prefix { $0 != "," })
            let ends = fields[1].split { !$0.isNumber }.compactMap { Int($0) }
            guard ends.count % 2 == 0 else { throw InputError(description: "\(name): labels \(fields[1])") }
            let test = try numPyRows(Files.join(folder, "test/\(name).npy"))
            var scorer = try TelemetryScorer(normal: numPyRows(Files.join(folder, "train/\(name).npy")))
            return try Channel(
                name: name, rows: test.count, labels: stride(from: 0, to: ends.count, by: 2).map { ends[$0]...ends[$0 + 1] },
                scores: test.map { try scorer.on($0) })
        }
    }

    private func score(_ channel: Channel, _ threshold: Double) -> SequenceScore {
        SequenceScore(
            rows: channel.rows, alarms: SequenceScore.sequences(channel.scores, atLeast: threshold, bridging: Self.gap),
            labels: channel.labels)
    }

    func run(_ report: inout Report) throws {
        let scores = channels.map { channel in Self.thresholds.map { score(channel, $0) } }
        let choice = ThresholdChoice(thresholds: Self.thresholds, folds: Array(channels.indices), smoothing: 1) { threshold, files in
            files.reduce(SequenceScore()) { $0 + scores[$1][threshold] }.f1
        }
        let mine = channels.indices.map { scores[$0][choice.chosen[$0]] }
        func row(_ name: String, _ score: SequenceScore, _ threshold: Double? = nil) -> [String] {
            [
                name, threshold.map { $0.text(2) } ?? "", "\(score.found)", "\(score.falseSequences)", "\(score.missed)", score.f1.text(3),
                score.alarmedPart.percent,
            ]
        }
        let always = channels.map { SequenceScore(rows: $0.rows, alarms: [0...$0.rows - 1], labels: $0.labels) }
        let never = channels.map { SequenceScore(rows: $0.rows, alarms: [], labels: $0.labels) }
        report.line()
        report.line("## SMAP and MSL: \(channels.count) channels, \(channels.reduce(0) { $0 + $1.labels.count }) labelled sequences")
        report.line()
        report.line(
            "`TelemetryScorer` in its default setting, trained on the training part; alarms closer than \(Self.gap) rows are one sequence. The"
        )
        report.line("threshold of a channel has the best F1 on the other channels. On new channels it would be")
        report.line("\(Self.thresholds[choice.forNewFiles].text(2)). Bar: F1 ≥ 0.765 with alarms on at most 3 % of the unlabelled rows.")
        report.table(
            ["", "threshold", "found", "false", "missed", "F1", "unlabelled rows with alarm"],
            [row("**Millrace**", mine.reduce(SequenceScore(), +))]
                + channels.indices.map { row("– \(channels[$0].name)", mine[$0], Self.thresholds[choice.chosen[$0]]) } + [
                    ["LSTM with dynamic threshold (published)", "", "13", "4", "4", "0.765", ""],
                    row("always", always.reduce(SequenceScore(), +)), row("never", never.reduce(SequenceScore(), +)),
                ])
    }
}
