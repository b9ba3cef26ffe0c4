#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Numbers as people read them.
enum Wording {
    /// A number with so many significant digits, no more than it needs.
    static func number(_ value: Double, digits: Int = 4) -> String { formatted("%.*g", Int32(digits), value) }

    /// A number with so many digits behind the point.
    static func fixed(_ value: Double, _ digits: Int) -> String { formatted("%.*f", Int32(digits), value) }

    /// A number for a person: 0.8231, 12.35, 1,234,567.
    static func plain(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
        if value.magnitude >= 1000 { return count(value) }
        if value != 0, value.magnitude < 1e-3 { return formatted("%.*e", Int32(1), value) }
        return fixed(value, value.magnitude >= 100 ? 1 : value.magnitude >= 10 ? 2 : 4)
    }

    /// A whole number with commas.
    static func count(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 9e18 else { return number(value) }
        var digits = String(Int64(value.rounded()).magnitude)
        var place = digits.endIndex
        while let next = digits.index(place, offsetBy: -3, limitedBy: digits.startIndex), next > digits.startIndex {
            digits.insert(",", at: next)
            place = next
        }
        return (value.rounded() < 0 ? "-" : "") + digits
    }

    /// 3.2 s, 4:05, 2:03:04.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "–" }
        if seconds < 9.95 { return fixed(seconds, 1) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return whole < 3600 ? "\(whole / 60):\(two(whole % 60))" : "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
    }

    private static func formatted(_ format: String, _ digits: Int32, _ value: Double) -> String {
        withVaList([digits, value]) { arguments in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { text in
                let count = vsnprintf(text.baseAddress, text.count, format, arguments)
                return String(decoding: text.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
        }
    }
}
