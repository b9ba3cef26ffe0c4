import Formats
import Streams

/// The Numenta Anomaly Benchmark, standard profile.
struct NABProtocol {
    struct Series {
        let name: String
        var group: String { String(name.prefix { $0 != "/" }) }
        let values: [Double]
        let windows: [ClosedRange<Int>]
        let score: NABScore
    }

    let series: [Series]
    let published: [[String]]

    /// Alarms rest for this part of the probation; the detector may know its length.
    static let restPart = 0.2
    static let thresholds = stride(from: 0.30, through: 2, by: 0.02).map { $0 }

    init(folder: String) throws {
        guard let windows = try JSON(parsing: Files.read(Files.join(folder, "combined_windows.json"))).object else {
            throw InputError(description: "combined_windows.json holds no object")
        }
        series = try windows.keys.sorted().map { name in
            let path = Files.join(folder, "data/\(name)"), lines = try separatedLines(path, by: ",")
            let places = Dictionary(lines.enumerated().map { (String($1[0].prefix(19)), $0) }) { first, _ in first }
            let ranges = try (windows[name]?.array ?? []).map { window in
                guard let first = window[0]?.string, let last = window[1]?.string, let from = places[String(first.prefix(19))],
                    let to = places[String(last.prefix(19))], from <= to
                else { throw InputError(description: "\(name): the window \(window) is not in the file") }
                return from...to
            }
            return try Series(
                name: name, values: lines.map { try number($0[1], in: path) }, windows: ranges,
                score: NABScore(rows: lines.count, windows: ranges))
        }
        published = try separatedLines(Files.join(folder, "scoreboard_subset_standard.tsv"), by: "\t").map {
            [String($0[0]), String($0[1])]
        }
    }

    static func scores(_ series: Series) -> [Double] {
        var scorer = NoveltyScorer(warmUp: series.score.probation)
        return series.values.map { scorer.on($0) }
    }

    static func alarms(_ scores: [Double], threshold: Double, probation: Int) -> [Int] {
        var alarm = Refractory(threshold: threshold, rest: Int((restPart * Double(probation)).rounded(.up)))
        return scores.indices.filter { alarm.on(scores[$0]) }
    }

    func run(_ report: inout Report) throws {
        let scores = series.map(Self.scores)
        let alarms = series.indices.map { file in
            Self.thresholds.map { Self.alarms(scores[file], threshold: $0, probation: series[file].score.probation) }
        }
        let worth = series.indices.map { file in alarms[file].map { series[file].score.score(alarms: $0) } }
        func choice(_ folds: [Int]) -> ThresholdChoice {
            ThresholdChoice(thresholds: Self.thresholds, folds: folds, smoothing: 2) { threshold, files in
                files.reduce(0) { $0 + worth[$1][threshold] }
            }
        }
        let groups = Set(series.map(\.group)).sorted()
        let byGroup = choice(series.map { groups.firstIndex(of: $0.group)! }), byFile = choice(Array(series.indices))
        let windows = series.reduce(0) { $0 + $1.windows.count }
        func normalised(_ score: (Int) -> Double) -> Double {
            NABScore.normalised(series.indices.reduce(0) { $0 + score($1) }, windows: windows)
        }
        let groupScore = normalised { worth[$0][byGroup.chosen[$0]] }, fileScore = normalised { worth[$0][byFile.chosen[$0]] }

        report.line()
        report.line("## NAB: 25 files, \(windows) windows, standard profile")
        report.line()
        report.line(
            "`NoveltyScorer` in its default setting (1 value, 16 values, 24 means of 12 values; 1000 remembered stretches each), alarms by")
        report.line(
            "`Refractory` with a rest of a fifth of the probation. The threshold of a file is chosen on the three other groups (first number)"
        )
        report.line("or on the 24 other files (second). On new files it would be \(Self.thresholds[byGroup.forNewFiles].text(2)).")
        report.line()
        report.line("**\(groupScore.text(1))** with whole groups left out, **\(fileScore.text(1))** with one file left out (bar: 60)")
        report.table(
            ["group", "threshold", "files", "windows", "windows found", "alarms outside", "score", "normalised"],
            groups.map { group in
                let files = series.indices.filter { series[$0].group == group }
                let mine = files.map {
                    alarms[$0][byGroup.chosen[$0]].filter { [probation = series[$0].score.probation] in $0 >= probation }
                }
                let found = zip(files, mine).reduce(0) { sum, pair in
                    sum + series[pair.0].windows.count { window in pair.1.contains { window.contains($0) } }
                }
                let outside = zip(files, mine).reduce(0) { sum, pair in
                    sum + pair.1.count { alarm in !series[pair.0].windows.contains { $0.contains(alarm) } }
                }
                let score = files.reduce(0) { $0 + worth[$1][byGroup.chosen[$1]] },
                    count = files.reduce(0) { $0 + series[$1].windows.count }
                return [
                    group, Self.thresholds[byGroup.chosen[files[0]]].text(2), "\(files.count)", "\(count)", "\(found)", "\(outside)",
                    score.text(2), count == 0 ? "" : NABScore.normalised(score, windows: count).text(1),
                ]
            })
        let always = normalised { series[$0].score.score(alarms: Array(series[$0].values.indices)) }
        let rested = normalised { file in
            series[file].score.score(
                alarms: Self.alarms(series[file].values.map { _ in 1 }, threshold: 0, probation: series[file].score.probation))
        }
        let never = normalised { series[$0].score.score(alarms: []) }
        let rows =
            published + [
                [groupScore.text(2), "**Millrace**"], [never.text(2), "never"], [always.text(2), "always"],
                [rested.text(2), "always, with the same rest"],
            ]
        report.line()
        report.line(
            "Beside the published detectors, whose stored results were scored on exactly these files (thresholds tuned on the full corpus):"
        )
        report.table(["detector", "score"], rows.sorted { Double($0[0])! > Double($1[0])! }.map { [$0[1], $0[0]] })
    }
}
