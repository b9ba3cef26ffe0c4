/// Texts as sparse rows of tf-idf: how often a run of words or characters occurs in the text, times how rare it is over all texts.
///
/// idf = ln((1 + texts) / (1 + texts that have it)) + 1; rows are scaled to length 1. Salton, Buckley: Term-weighting approaches in
/// automatic text retrieval (1988).
public struct TextFeatures: Hashable, Sendable, Codable {
    /// What is counted.
    public enum Unit: String, Sendable, Codable {
        /// Words of two or more letters, digits or underscores.
        case words
        /// Characters; runs of white space count as one space.
        case characters
        /// Characters within words, with a space on either side of each.
        case charactersInWords
    }

    public let unit: Unit
    public let shortest: Int
    public let longest: Int
    public let lowercased: Bool
    /// Counts c are replaced with 1 + ln c.
    public let isSublinear: Bool
    /// The terms, in the order of their scalars: the columns.
    public let terms: [String]
    /// [columns]
    public let idf: [Double]
    private let places: [[Unicode.Scalar]: Int]

    private enum CodingKeys: CodingKey { case unit, shortest, longest, lowercased, isSublinear, terms, idf }

    /// Learns the terms and how rare they are. A term is kept if at least `leastTexts` texts have it, and if it is among the `limit`
    /// most frequent ones. Throws where no term is left.
    public init(
        _ texts: [String], unit: Unit = .words, lengths: ClosedRange<Int> = 1...1, lowercased: Bool = true, sublinear: Bool = false,
        leastTexts: Int = 1, limit: Int? = nil
    ) throws {
        try Self.check(lengths.lowerBound, lengths.upperBound)
        self.unit = unit
        (shortest, longest) = (lengths.lowerBound, lengths.upperBound)
        self.lowercased = lowercased
        isSublinear = sublinear
        var counts = [[Unicode.Scalar]: (texts: Int, count: Int)]()
        for text in texts {
            for (term, count) in Self.counts(text, unit, lengths.lowerBound, lengths.upperBound, lowercased) {
                counts[term, default: (0, 0)].texts += 1
                counts[term, default: (0, 0)].count += count
            }
        }
        var kept = counts.filter { $0.value.texts >= leastTexts }.sorted { Self.precedes($0.key, $1.key) }
        if let limit, kept.count > limit {
            // The sort is stable by the order of the terms among equal counts.
            let order = kept.indices.sorted {
                kept[$0].value.count != kept[$1].value.count ? kept[$0].value.count > kept[$1].value.count : $0 < $1
            }
            kept = order.prefix(max(0, limit)).sorted().map { kept[$0] }
        }
        guard !kept.isEmpty else { throw LearningError("textFeatures", "no term is in at least \(leastTexts) of \(texts.count) texts") }
        terms = kept.map { term in
            var text = String.UnicodeScalarView()
            text.append(contentsOf: term.key)
            return String(text)
        }
        idf = kept.map { Elementary.log(Double(1 + texts.count) / Double(1 + $0.value.texts)) + 1 }
        places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($0.element.key, $0.offset) })
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        unit = try container.decode(Unit.self, forKey: .unit)
        shortest = try container.decode(Int.self, forKey: .shortest)
        longest = try container.decode(Int.self, forKey: .longest)
        lowercased = try container.decode(Bool.self, forKey: .lowercased)
        isSublinear = try container.decode(Bool.self, forKey: .isSublinear)
        terms = try container.decode([String].self, forKey: .terms)
        idf = try container.decode([Double].self, forKey: .idf)
        places = Dictionary(terms.enumerated().map { (Array($0.element.unicodeScalars), $0.offset) }) { first, _ in first }
        try Self.check(shortest, longest)
        guard terms.count == idf.count, places.count == terms.count, terms.count <= Int(Int32.max) else {
            throw LearningError("textFeatures", "\(terms.count) terms and \(idf.count) weights, or a term twice")
        }
    }

    /// [texts, terms]; a text without a known term is a row of zeros.
    public func callAsFunction(_ texts: [String]) throws -> SparseMatrix {
        var starts = [0], indices: [Int32] = [], values: [Float] = []
        for text in texts {
            var row: [(place: Int, weight: Double)] = []
            for (term, count) in Self.counts(text, unit, shortest, longest, lowercased) {
                guard let place = places[term] else { continue }
                row.append((place, (isSublinear ? 1 + Elementary.log(Double(count)) : Double(count)) * idf[place]))
            }
            row.sort { $0.place < $1.place }
            let length = row.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
            for (place, weight) in row {
                indices.append(Int32(place))
                values.append(Float(weight / length))
            }
            starts.append(values.count)
        }
        return try SparseMatrix(columns: terms.count, starts: starts, indices: indices, values: values)
    }

    private static func check(_ shortest: Int, _ longest: Int) throws {
        guard shortest >= 1, longest >= shortest, longest <= 64 else {
            throw LearningError("textFeatures", "terms of \(shortest) to \(longest) parts; it takes 1 to 64")
        }
    }

    private static func precedes(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool { a.lexicographicallyPrecedes(b) }

    private static func counts(
        _ text: String, _ unit: Unit, _ shortest: Int, _ longest: Int, _ lowercased: Bool
    ) -> [[Unicode.Scalar]: Int] {
        let scalars = Array((lowercased ? text.lowercased() : text).unicodeScalars)
        var counts: [[Unicode.Scalar]: Int] = [:]
        switch unit {
        case .words:
            let words = scalars.split { !isWordPart($0) }.filter { $0.count > 1 }.map(Array.init)
            for length in shortest...longest where length <= words.count {
                for start in 0...(words.count - length) {
                    counts[Array(words[start..<start + length].joined(separator: [" "])), default: 0] += 1
                }
            }
        case .characters:
            // A single white space stays what it is; two and more become one space.
            var plain: [Unicode.Scalar] = []
            var place = 0
            while place < scalars.count {
                var end = place
                while end < scalars.count && scalars[end].properties.isWhitespace { end += 1 }
                if end - place > 1 { plain.append(" ") } else { plain.append(scalars[place]) }
                place = max(end, place + 1)
            }
            for length in shortest...longest where length <= plain.count {
                for start in 0...(plain.count - length) { counts[Array(plain[start..<start + length]), default: 0] += 1 }
            }
        case .charactersInWords:
            for word in Tokens.words(scalars) {
                let padded = [" "] + word + [" "]
                for length in shortest...longest {
                    // A word that is too short counts once, whatever the length.
                    if length >= padded.count {
                        counts[padded, default: 0] += 1
                        break
                    }
                    for start in 0...(padded.count - length) { counts[Array(padded[start..<start + length]), default: 0] += 1 }
                }
            }
        }
        return counts
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 128 {
            return scalar == "_" || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber:
            return true
        default: return false
        }
    }
}
