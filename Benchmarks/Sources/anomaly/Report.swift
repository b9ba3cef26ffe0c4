#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Lines of Markdown, printed as they come.
struct Report {
    private(set) var text = ""

    mutating func line(_ line: String = "") {
        print(line)
        fflush(nil)
        text += line + "\n"
    }

    mutating func table(_ header: [String], _ rows: [[String]]) {
        line()
        line("| " + header.joined(separator: " | ") + " |")
        line("| --- |" + String(repeating: " ---: |", count: header.count - 1))
        for row in rows { line("| " + row.joined(separator: " | ") + " |") }
    }
}

extension Double {
    /// With this many digits after the point.
    func text(_ digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { number, _ in number * 10 }
        let whole = Int((magnitude * Double(scale)).rounded())
        let sign = self < 0 && whole > 0 ? "-" : ""
        if digits == 0 { return "\(sign)\(whole)" }
        let fraction = String(whole % scale)
        return "\(sign)\(whole / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// A part of one as a percentage.
    var percent: String { (100 * self).text(1) + " %" }
}
