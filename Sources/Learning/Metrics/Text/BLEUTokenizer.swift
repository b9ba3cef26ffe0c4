/// How a text is cut before BLEU compares it. Only numbers of the same tokenizer can be compared.
public enum BLEUTokenizer: String, Sendable, CaseIterable {
    /// mteval-v13a: punctuation apart, but within numbers. The usual one.
    case v13a = "13a"
    /// mteval-v14's international one: punctuation and symbols of all scripts apart.
    case international = "intl"
    /// Chinese characters one by one, the rest as in `v13a`.
    case chinese = "zh"
    /// Every character on its own.
    case characters = "char"
    /// White space only: the text is already cut.
    case none

    func tokens(_ text: String) -> [Tokens.Token] {
        let scalars = Array(text.unicodeScalars)
        switch self {
        case .none: return Tokens.words(scalars)
        case .characters: return scalars.filter { !$0.properties.isWhitespace }.map { [$0] }
        case .v13a: return Tokens.words(Self.separate(Self.plain(scalars)))
        case .chinese:
            return Tokens.words(Self.separate(Self.apart(scalars, Self.isChinese)))
        case .international:
            func isDigit(_ scalar: Unicode.Scalar) -> Bool {
                switch scalar.properties.generalCategory {
                case .decimalNumber, .letterNumber, .otherNumber: true
                default: false
                }
            }
            var result = Self.pairs(scalars, { !isDigit($0) }, Self.isPunctuation) { [$0, " ", $1, " "] }
            result = Self.pairs(result, Self.isPunctuation, { !isDigit($0) }) { [" ", $0, " ", $1] }
            return Tokens.words(Self.apart(result, Self.isSymbol))
        }
    }

    /// Marks of the web undone: `&quot;` and its like, hyphens at the ends of lines.
    private static func plain(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var text = scalars
        for (mark, plain) in [("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
            let pattern = Array(mark.unicodeScalars)
            guard text.contains(pattern[0]) else { continue }
            var result: [Unicode.Scalar] = [], place = 0
            while place < text.count {
                if text[place] == pattern[0], text[place...].starts(with: pattern) {
                    result += plain.unicodeScalars
                    place += pattern.count
                } else {
                    result.append(text[place])
                    place += 1
                }
            }
            text = result
        }
        return text
    }

    /// The steps that mteval-v13a and the Chinese tokenizer share.
    private static func separate(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
        func isStop(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }
        var result = apart([" "] + scalars + [" "]) { scalar in
            switch scalar {
            case "{"..."~", "["..."`", " "..."&", "("..."+", ":"..."@", "/": true
            default: false
            }
        }
        result = pairs(result, { !isDigit($0) }, isStop) { [$0, " ", $1, " "] }
        result = pairs(result, isStop, { !isDigit($0) }) { [" ", $0, " ", $1] }
        return pairs(result, isDigit, { $0 == "-" }) { [$0, " ", $1, " "] }
    }

    /// Puts spaces around some scalars.
    private static func apart(_ scalars: [Unicode.Scalar], _ fits: (Unicode.Scalar) -> Bool) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for scalar in scalars {
            if fits(scalar) { result += [" ", scalar, " "] } else { result.append(scalar) }
        }
        return result
    }

    /// Replaces neighbours that fit, from left to right, each scalar once.
    private static func pairs(
        _ scalars: [Unicode.Scalar], _ first: (Unicode.Scalar) -> Bool, _ second: (Unicode.Scalar) -> Bool,
        _ replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = [], place = 0
        result.reserveCapacity(scalars.count * 2)
        while place < scalars.count {
            if place + 1 < scalars.count, first(scalars[place]), second(scalars[place + 1]) {
                result += replacement(scalars[place], scalars[place + 1])
                place += 2
            } else {
                result.append(scalars[place])
                place += 1
            }
        }
        return result
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation:
            true
        default: false
        }
    }

    private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: true
        default: false
        }
    }

    private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3400...0x4db5, 0x4e00...0x9fbb, 0xf900...0xfa2d, 0xfa30...0xfa6a, 0xfa70...0xfad9, 0x20000...0x2a6d6, 0x2f800...0x2fa1d: true
        // Forms and signs that are written among them.
        case 0xff00...0xffef, 0x2e80...0x2eff, 0x3000...0x303f, 0x31c0...0x31ef, 0x2f00...0x2fdf, 0x2ff0...0x2fff, 0x3100...0x312f,
            0x31a0...0x31bf, 0xfe10...0xfe1f, 0xfe30...0xfe4f, 0x2600...0x27bf, 0x3200...0x33ff:
            true
        default: false
        }
    }
}
