import Formats
import Streams

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// anomaly FOLDER STATIONS REPORT WHEN: scores the streaming detectors by three public protocols on the files under FOLDER
// (nab/, skab/, smap-msl/, unpacked by Scripts/bench-anomaly.sh) and the fault monitor on the stations in STATIONS; prints the report and
// writes it to REPORT. WHEN says when and on what it was measured.

guard CommandLine.arguments.count == 5 else {
    print("usage: anomaly FOLDER STATIONS REPORT WHEN")
    exit(2)
}
let folder = CommandLine.arguments[1]
var report = Report()
report.line("# Anomalies on three public benchmarks, and faults of sensors")
report.line()
report.line("Written by `Scripts/bench-anomaly.sh` (\(CommandLine.arguments[4])).")
report.line("Every detector is causal and of bounded memory, has one setting for all files of its protocol, and every file is scored")
report.line("with a threshold that was chosen on other files. No point adjustment anywhere. The settings themselves (window lengths,")
report.line("memory, smoothing) were found with these files in sight, as those of the published detectors were.")
do {
    try NABProtocol(folder: Files.join(folder, "nab")).run(&report)
    try SKABProtocol(folder: Files.join(folder, "skab")).run(&report)
    try TelemetryProtocol(folder: Files.join(folder, "smap-msl")).run(&report)
    try FaultProtocol(folder: CommandLine.arguments[2]).run(&report)
    try Files.replace(CommandLine.arguments[3], with: Array(report.text.utf8))
} catch {
    print("anomaly: \(error)")
    exit(1)
}
