/// Texts with a class each: one line a sample, `label text`.
public struct LabelledText: Sendable {
    public let texts: [String]
    public let labels: [Int32]

    public init(texts: [String], labels: [Int32]) {
        if texts.count != labels.count { trap("\(DatasetError("text", "\(texts.count) texts have \(labels.count) labels"))") }
        self.texts = texts
        self.labels = labels
    }

    public var count: Int { texts.count }

    /// Reads a file, also one that gzip has packed, whose lines are a class number, white space and the text.
    public init(_ path: String, encoding: TextEncoding = .utf8) throws {
        var texts: [String] = [], labels: [Int32] = []
        for (number, line) in try encoding.lines(path, for: "text").enumerated() where !line.allSatisfy(\.isWhitespace) {
            let parts = line.split(maxSplits: 1) { $0 == " " || $0 == "\t" }
            guard let label = Int32(parts[0]), label >= 0 else {
                throw DatasetError(
                    "text", "line \(number + 1) does not begin with a class number, but with '\(parts[0].prefix(20))'", at: path)
            }
            labels.append(label)
            texts.append(parts.count > 1 ? String(parts[1]) : "")
        }
        guard !texts.isEmpty else { throw DatasetError("text", "has no lines", at: path) }
        self.init(texts: texts, labels: labels)
    }
}
