/// A pattern over names, in which `*` stands for any text: `blocks.*.weight`.
public struct NamePattern: Hashable, Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    /// Whether the whole name has this form.
    public func matches(_ name: String) -> Bool {
        let pattern = Array(text.utf8), name = Array(name.utf8)
        let star = UInt8(ascii: "*")
        var p = 0, n = 0
        var resume: (p: Int, n: Int)?  // where to go on when the last star must take one more letter
        while n < name.count {
            if p < pattern.count, pattern[p] == star {
                resume = (p + 1, n)
                p += 1
            } else if p < pattern.count, pattern[p] == name[n] {
                (p, n) = (p + 1, n + 1)
            } else if let last = resume {
                resume = (last.p, last.n + 1)
                (p, n) = (last.p, last.n + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == star }
    }
}
