// Learners and detectors of streams on known data: `streams electricity FILE.csv`, `streams anomalies FILE.csv`, `streams drift`.
// Each prints a JSON object per line. Scripts/bench-streams.sh runs them in turns with River and writes STREAMS.md.
import Foundation

let words = Array(CommandLine.arguments.dropFirst())
@MainActor func number(_ place: Int, _ otherwise: Int) -> Int { words.count > place ? Int(words[place])! : otherwise }
switch words.first {
case "electricity": try electricity(words[1], seeds: number(2, 3))
case "anomalies": try anomalies(words[1], seeds: number(2, 5), trees: number(3, 25), height: number(4, 8), window: number(5, 250))
case "drift": try drift(words.count > 1 ? words[1] : nil)
default:
    print("usage: streams electricity FILE [SEEDS] | anomalies FILE [SEEDS] | drift [STATIONS]")
    exit(2)
}
