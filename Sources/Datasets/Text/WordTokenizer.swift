/// Words: what lies between white space, or runs of letters and digits with punctuation on its own.
public struct WordTokenizer: Tokenizer, Hashable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// At white space only: for texts that are tokenized already.
        case spaces
        /// Runs of letters, digits and marks, with apostrophes and hyphens inside; other characters alone; every Chinese character alone.
        case words
    }

    public let kind: Kind
    public let lowercase: Bool

    public init(_ kind: Kind = .words, lowercase: Bool = true) {
        self.kind = kind
        self.lowercase = lowercase
    }

    public func tokens(_ text: String) -> [String] {
        let text = lowercase ? text.lowercased() : text
        switch kind {
        case .spaces: return text.unicodeScalars.split { $0.properties.isWhitespace }.map(String.init)
        case .words: return words(Array(text.unicodeScalars))
        }
    }

    private func words(_ scalars: [Unicode.Scalar]) -> [String] {
        var result: [String] = [], word = String.UnicodeScalarView()
        func end() {
            if !word.isEmpty { result.append(String(word)) }
            word.removeAll()
        }
        for (place, scalar) in scalars.enumerated() {
            if Self.isWord(scalar) && !WordPieceTokenizer.isChinese(scalar) {
                word.append(scalar)
            } else if !word.isEmpty, scalar == "'" || scalar == "-" || scalar == "\u{2019}", place + 1 < scalars.count,
                Self.isWord(scalars[place + 1])
            {
                word.append(scalar)
            } else {
                end()
                if !scalar.properties.isWhitespace { result.append(String(scalar)) }
            }
        }
        end()
        return result
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber,
            .nonspacingMark, .spacingMark, .enclosingMark:
            true
        default: false
        }
    }
}
