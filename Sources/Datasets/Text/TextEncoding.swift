/// How the bytes of a text file become characters.
public enum TextEncoding: Hashable, Sendable {
    /// Valid UTF-8 only.
    case utf8
    /// Each byte is the character of that number (ISO 8859-1).
    case latin1

    func decode(_ bytes: [UInt8], for operation: String, at place: String) throws -> String {
        switch self {
        case .utf8:
            guard let text = String(validating: bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...], as: UTF8.self) else {
                throw DatasetError(operation, "is not UTF-8", at: place)
            }
            return text
        case .latin1:
            var scalars = String.UnicodeScalarView()
            scalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
            return String(scalars)
        }
    }

    /// The lines of a file, also of one that gzip has packed, without their ends.
    public func lines(_ path: String, for operation: String) throws -> [Substring] {
        try decode(FileBytes.read(path, for: operation), for: operation, at: path).lines
    }
}

extension StringProtocol {
    /// Lines as files have them: ended by LF or CRLF and by nothing else.
    var lines: [SubSequence] {
        var lines: [SubSequence] = []
        let scalars = unicodeScalars
        var start = startIndex
        func add(_ end: Index) {
            var last = end
            if last > start, scalars[scalars.index(before: last)] == "\r" { last = scalars.index(before: last) }
            lines.append(self[start..<last])
        }
        for place in scalars.indices where scalars[place] == "\n" {
            add(place)
            start = scalars.index(after: place)
        }
        if start < endIndex { add(endIndex) }
        return lines
    }
}
