import Foundation

/// BERT's tokenizer (Devlin et al., 2019): words split at spaces and punctuation, each cut greedily into the longest pieces of a vocabulary,
/// pieces inside a word marked by `##` (Schuster and Nakajima, 2012).
///
/// The text is cleaned of control characters, Chinese characters stand alone, accents are removed (NFD without nonspacing marks), and all is
/// in lower case, in this order; equal to the `tokenizers` library's BertNormalizer, BertPreTokenizer and WordPiece.
public struct WordPieceTokenizer: Tokenizer {
    public let vocabulary: Vocabulary
    public let lowercase: Bool
    public let stripsAccents: Bool
    /// Longer words are unknown as a whole.
    public let maximumWord: Int
    private let unknown: String

    /// - Parameter lowercase: whether the vocabulary is one of lower case.
    /// - Parameter stripsAccents: as `lowercase` says, by default.
    public init(_ vocabulary: Vocabulary, lowercase: Bool = true, stripsAccents: Bool? = nil, maximumWord: Int = 100) throws {
        guard let unknown = vocabulary.unknown else { throw DatasetError("wordpiece", "the vocabulary has no token for unknown words") }
        self.vocabulary = vocabulary
        self.lowercase = lowercase
        self.stripsAccents = stripsAccents ?? lowercase
        self.maximumWord = maximumWord
        self.unknown = vocabulary.tokens[Int(unknown)]
    }

    public func tokens(_ text: String) -> [String] { words(text).flatMap(pieces) }

    /// The numbers of a text, or of two, between the marks that BERT was trained with: `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`.
    ///
    /// - Parameter limit: tokens in all; the longer text loses tokens at its end first.
    /// - Returns: numbers, and for every token whether it belongs to the second text.
    public func encode(_ text: String, _ second: String? = nil, limit: Int = 512) throws -> (numbers: [Int32], types: [Int32]) {
        guard let start = vocabulary.number("[CLS]"), let end = vocabulary.number("[SEP]") else {
            throw DatasetError("wordpiece", "the vocabulary has no [CLS] or no [SEP]")
        }
        var a = vocabulary.encode(tokens(text)), b = second.map { vocabulary.encode(tokens($0)) }
        let marks = b == nil ? 2 : 3
        guard limit >= marks else { throw DatasetError("wordpiece", "a limit of \(limit) leaves no room for \(marks) marks") }
        let room = limit - marks
        if let second = b, a.count + second.count > room {
            // Both lose what is more than half of the room; an odd place goes to the one that was longer, to the second of equals.
            let shorter = min(a.count, second.count, room / 2)
            let isFirstLonger = a.count > second.count
            a = Array(a.prefix(isFirstLonger ? room - shorter : shorter))
            b = Array(second.prefix(isFirstLonger ? shorter : room - shorter))
        } else if b == nil {
            a = Array(a.prefix(room))
        }
        var numbers = [start] + a + [end], types = [Int32](repeating: 0, count: a.count + 2)
        if let b {
            numbers += b + [end]
            types += [Int32](repeating: 1, count: b.count + 1)
        }
        return (numbers, types)
    }

    // MARK: Words

    /// The normalised words and punctuation marks of a text.
    func words(_ text: String) -> [String] {
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar.value != 0 && scalar.value != 0xfffd && !Self.isControl(scalar) {
            if scalar.properties.isWhitespace {
                clean.append(" ")
            } else if Self.isChinese(scalar) {
                clean.append(" ")
                clean.append(scalar)
                clean.append(" ")
            } else {
                clean.append(scalar)
            }
        }
        var normal = String(clean)
        if stripsAccents {
            let parts = normal.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
                $0.properties.generalCategory != .nonspacingMark
            }
            normal = String(String.UnicodeScalarView(parts))
        }
        if lowercase {
            // Scalar by scalar: a whole string would end Greek words by another sigma.
            normal = normal.unicodeScalars.reduce(into: "") { $0 += $1.properties.lowercaseMapping }
        }
        var result: [String] = [], word = String.UnicodeScalarView()
        for scalar in normal.unicodeScalars {
            let isSpace = scalar.properties.isWhitespace, isPunctuation = Self.isPunctuation(scalar)
            if isSpace || isPunctuation {
                if !word.isEmpty { result.append(String(word)) }
                word = String.UnicodeScalarView()
                if isPunctuation { result.append(String(scalar)) }
            } else {
                word.append(scalar)
            }
        }
        if !word.isEmpty { result.append(String(word)) }
        return result
    }

    static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4e00...0x9fff, 0x3400...0x4dbf, 0x20000...0x2a6df, 0x2a700...0x2b73f, 0x2b740...0x2b81f, 0x2b920...0x2ceaf, 0xf900...0xfaff,
            0x2f800...0x2fa1f:
            true
        default: false
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\t" || scalar == "\n" || scalar == "\r" { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate: true
        default: false
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // In ASCII also signs that Unicode calls symbols.
        case 33...47, 58...64, 91...96, 123...126: return true
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation:
            true
        default: false
        }
    }

    // MARK: Pieces

    private func pieces(_ word: String) -> [String] {
        let scalars = Array(word.unicodeScalars)
        if scalars.count > maximumWord { return [unknown] }
        var result: [String] = [], start = 0
        while start < scalars.count {
            var end = scalars.count, found: String?
            while end > start {
                var piece = String.UnicodeScalarView()
                if start > 0 { piece.append(contentsOf: "##".unicodeScalars) }
                piece.append(contentsOf: scalars[start..<end])
                let text = String(piece)
                if vocabulary.number(text) != nil {
                    found = text
                    break
                }
                end -= 1
            }
            guard let found else { return [unknown] }
            result.append(found)
            start = end
        }
        return result
    }
}
