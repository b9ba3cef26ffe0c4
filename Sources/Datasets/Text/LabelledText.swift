/// Texts with a class each: one line a sample, `label text`.
public struct LabelledText: Sendable {
    public let texts: [String]
    public let labels: [Int32]

    public init(texts: [String], labels: [Int32]) {
        if texts.count != labels.count { trap(DatasetError("text", "\(texts.count) texts have \(labels.count) labels")) }
        self.texts = texts
        self.labels = labels
    }

    public var count: Int { texts.count }

    /// Where the class stands in a line.
    public enum Order: Hashable, Sendable {
        /// `label text`, apart by white space.
        case labelFirst
        /// `text` and `label`, apart by the line's last tab.
        case labelLast
    }

    /// Reads a file, also one that gzip has packed, or `archive.zip/member`: a class number and a text in every line.
    ///
    /// - Parameter skipping: lines at the beginning that are no samples, such as a header.
    public init(_ path: String, _ order: Order = .labelFirst, encoding: TextEncoding = .utf8, skipping: Int = 0) throws {
        var texts: [String] = [], labels: [Int32] = []
        for (number, line) in try encoding.lines(path, for: "text").enumerated() where number >= skipping {
            if line.allSatisfy(\.isWhitespace) { continue }
            let label: Substring, text: Substring
            switch order {
            case .labelFirst:
                let parts = line.split(maxSplits: 1) { $0 == " " || $0 == "\t" }
                label = parts[0]
                text = parts.count > 1 ? parts[1] : ""
            case .labelLast:
                guard let tab = line.lastIndex(of: "\t") else { throw DatasetError("text", "line \(number + 1) has no tab", at: path) }
                label = line[line.index(after: tab)...]
                text = line[..<tab]
            }
            guard let value = Int32(label), value >= 0 else {
                let end = order == .labelFirst ? "begin" : "end"
                throw DatasetError(
                    "text", "line \(number + 1) does not \(end) with a class number, but with '\(label.prefix(20))'", at: path)
            }
            labels.append(value)
            texts.append(String(text))
        }
        guard !texts.isEmpty else { throw DatasetError("text", "has no lines", at: path) }
        self.init(texts: texts, labels: labels)
    }
}
