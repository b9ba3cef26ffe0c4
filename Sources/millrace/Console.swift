import Foundation
import Formats

/// The two streams of the program: data on the standard output, everything said on the standard error stream.
enum Console {
    /// Without this a reader that goes away, such as `head`, would be an error.
    static func endsQuietlyOnClosedOutput() { signal(SIGPIPE, SIG_DFL) }

    /// A line of data.
    static func out(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    static func out(_ json: JSON, isPretty: Bool = false) { out(json.text(isPretty: isPretty)) }

    /// A line for whoever watches.
    static func log(_ line: String) { raw(line) }

    /// What is wrong, as one paragraph.
    static func error(_ text: String) { raw("\(colored("error:", 31)) \(text)") }

    static func warning(_ text: String) { raw("\(colored("warning:", 33)) \(text)") }

    static func raw(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Colour where a person reads and NO_COLOR is not set.
    static func colored(_ text: String, _ code: Int) -> String {
        let isUnwanted = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return isatty(2) == 1 && !isUnwanted ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    static func flush() {
        fflush(nil)
    }

    static func exit(_ code: Int32) -> Never {
        flush()
        Foundation.exit(code)
    }
}
