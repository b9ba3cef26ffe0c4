/// Tokens and their numbers.
public struct Vocabulary: Hashable, Sendable {
    /// The token of every number.
    public let tokens: [String]
    /// What tokens outside the vocabulary become, or nil where they are left out.
    public let unknown: Int32?
    private let numbers: [Key: Int32]

    /// Tokens are told apart by their bytes: Swift holds `é` of one code point and of two for equal, other people's vocabularies do not.
    private struct Key: Hashable {
        let text: String
        static func == (a: Key, b: Key) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
        func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
    }

    /// - Parameter unknown: the token that stands for all others; it has to be among the tokens.
    public init(_ tokens: [String], unknown: String? = "[UNK]") throws {
        let numbers = Dictionary(tokens.enumerated().map { (Key(text: $1), Int32($0)) }) { first, _ in first }
        guard numbers.count == tokens.count else {
            var seen: Set<Key> = []
            let twice = tokens.first { !seen.insert(Key(text: $0)).inserted } ?? ""
            throw DatasetError("vocabulary", "the token '\(twice)' is there twice")
        }
        if let unknown, numbers[Key(text: unknown)] == nil {
            throw DatasetError("vocabulary", "has no '\(unknown)', which stands for unknown tokens")
        }
        self.tokens = tokens
        self.numbers = numbers
        self.unknown = unknown.flatMap { numbers[Key(text: $0)] }
    }

    /// Learned from data: the special tokens, then all others by falling count, those of equal count in the order of their bytes.
    ///
    /// - Parameter minimumCount: rarer tokens are left out.
    /// - Parameter maximumSize: special tokens included.
    public init(
        learning texts: some Swift.Sequence<[String]>, minimumCount: Int = 1, maximumSize: Int = .max,
        special: [String] = ["[PAD]", "[UNK]"],
        unknown: String? = "[UNK]"
    ) throws {
        var counts: [Key: Int] = [:]
        for text in texts { for token in text { counts[Key(text: token), default: 0] += 1 } }
        for token in special { counts[Key(text: token)] = nil }
        let learned = counts.filter { $0.value >= minimumCount }
            .sorted { $0.value == $1.value ? $0.key.text.utf8.lexicographicallyPrecedes($1.key.text.utf8) : $0.value > $1.value }
            .prefix(max(0, maximumSize - special.count)).map(\.key.text)
        try self.init(special + learned, unknown: unknown)
    }

    /// Reads a file of one token a line, as BERT's `vocab.txt` is.
    public init(_ path: String, unknown: String? = "[UNK]") throws {
        var lines = try TextEncoding.utf8.lines(path, for: "vocabulary").map(String.init)
        while lines.last == "" { lines.removeLast() }
        do { try self.init(lines, unknown: unknown) } catch let error as DatasetError {
            throw DatasetError(error.operation, error.reason, at: path)
        }
    }

    public var count: Int { tokens.count }

    /// The number of a token, or nil for one outside the vocabulary.
    public func number(_ token: String) -> Int32? { numbers[Key(text: token)] }

    /// The numbers of tokens; others become `unknown` or are left out.
    public func encode(_ tokens: [String]) -> [Int32] { tokens.compactMap { numbers[Key(text: $0)] ?? unknown } }

    /// The tokens of numbers.
    public func decode(_ numbers: [Int32]) throws -> [String] {
        try numbers.map { number in
            guard tokens.indices ~= Int(number) else { throw DatasetError("vocabulary", "has no token \(number), only \(count)") }
            return tokens[Int(number)]
        }
    }
}
