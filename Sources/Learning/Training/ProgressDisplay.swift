#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A run's progress on the standard error stream: a bar on a terminal, otherwise a line now and then.
final class ProgressDisplay {
    private let isBar: Bool
    private let hasColor: Bool
    private let name: String
    private let write: (String) -> Void
    private let width: () -> Int
    private var lastShown = 0.0
    private var isDrawn = false

    /// Seconds between two drawings of the bar, and between two lines.
    private var interval: Double { isBar ? 0.1 : 10 }

    /// nil where nothing is shown.
    init?(_ display: TrainerOptions.Display, name: String) {
        switch display {
        case .silent: return nil
        case .automatic: isBar = isatty(2) == 1
        case .bar: isBar = true
        case .lines: isBar = false
        }
        self.name = name
        let noColor = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        hasColor = isBar && !noColor
        write = { text in
            let bytes = Array(text.utf8)
            var done = 0
            while done < bytes.count {
                let count = bytes[done...].withUnsafeBytes { errorStream($0) }
                if count <= 0 { return }
                done += count
            }
        }
        width = Self.terminalWidth
        lastShown = Clock.seconds
    }

    /// For tests: text instead of a terminal.
    init(isBar: Bool, hasColor: Bool, name: String = "train", width: Int = 80, write: @escaping (String) -> Void) {
        self.isBar = isBar
        self.hasColor = hasColor
        self.name = name
        self.write = write
        self.width = { width }
    }

    /// What a line is made of.
    struct Moment {
        var epoch: Int, epochs: Int
        var batch: Int, batches: Int
        var loss: Double
        var samplesPerSecond: Double
        /// Seconds until the end of the run, nil where unknown.
        var remaining: Double?
    }

    /// Shows a moment if the last one was shown long enough ago.
    func show(_ moment: @autoclosure () -> Moment, at now: Double) {
        guard now - lastShown >= interval else { return }
        lastShown = now
        let moment = moment()
        let share = moment.batches > 0 ? min(1, Double(moment.batch) / Double(moment.batches)) : 0
        let figures =
            "loss \(Wording.plain(moment.loss))  \(Wording.count(moment.samplesPerSecond)) samples/s"
            + (moment.remaining.map { "  \(Wording.duration($0)) left" } ?? "")
        let head = "epoch \(moment.epoch)/\(moment.epochs)"
        guard isBar else {
            write("\(name): \(head), batch \(moment.batch)/\(moment.batches): \(figures)\n")
            return
        }
        let percent = "\(Int(share * 100)) %"
        let room = width() - head.count - figures.count - 10
        let cells = max(0, min(40, room)), full = Int((share * Double(cells)).rounded())
        let bar = color("36", String(repeating: "━", count: full)) + color("90", String(repeating: "─", count: cells - full))
        let line = cells >= 8 ? "\(head) \(bar) \(percent)  \(figures)" : "\(head) \(percent)  \(figures)"
        write("\r\u{1b}[K" + (cells >= 8 ? line : String(line.prefix(max(1, width() - 1)))))
        isDrawn = true
    }

    /// A line that stays.
    func say(_ text: String, isWarning: Bool = false) {
        if isDrawn { write("\r\u{1b}[K") }
        isDrawn = false
        write((isWarning ? color("33", "\(name): \(text)") : isBar ? text : "\(name): \(text)") + "\n")
    }

    /// The line of an epoch that is done.
    func epoch(_ record: EpochRecord, of epochs: Int, isBest: Bool) {
        let scores = record.scores.map { "\($0.name) \(Wording.plain($0.value))" }.joined(separator: "  ")
        say(
            "epoch \(record.epoch)/\(epochs)  training loss \(Wording.plain(record.loss))"
                + (scores.isEmpty ? "" : "  validation: \(scores)") + (isBest ? color("32", "  best") : "")
                + "  \(Wording.duration(record.seconds))  \(Wording.count(record.samplesPerSecond)) samples/s")
    }

    private func color(_ code: String, _ text: String) -> String { hasColor && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text }

    private static func terminalWidth() -> Int {
        var size = winsize()
        return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}

private func errorStream(_ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
    Glibc.write(2, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
    Musl.write(2, bytes.baseAddress, bytes.count)
    #else
    Darwin.write(2, bytes.baseAddress, bytes.count)
    #endif
}
