/// The state of a stream, to go on with later: the same events then give the same bits.
public struct FeatureCheckpoint: Sendable, Hashable, Codable {
    /// What an entity has seen.
    public struct Entity: Sendable, Hashable {
        public let key: String
        public let words: [UInt64]
        public let window: [UInt32]

        public init(key: String, words: [UInt64], window: [UInt32]) {
            self.key = key
            self.words = words
            self.window = window
        }
    }

    /// From the one whose last event is longest ago to the latest.
    public let entities: [Entity]
    public let definition: FeatureDefinition
    /// How many entities were forgotten, and how many events gave no sample.
    public let evicted: Int
    public let dropped: Int

    public init(entities: [Entity], definition: FeatureDefinition, evicted: Int, dropped: Int) {
        self.entities = entities
        self.definition = definition
        self.evicted = evicted
        self.dropped = dropped
    }
}

extension FeatureStream {
    /// The state to go on with.
    public var checkpoint: FeatureCheckpoint {
        var list: [FeatureCheckpoint.Entity] = []
        list.reserveCapacity(table.count)
        var place = table.oldest
        while place >= 0 {
            list.append(.init(key: table.keys[place], words: Array(table.state(place)), window: Array(table.window(place))))
            place = table.next(after: place)
        }
        return FeatureCheckpoint(entities: list, definition: features.definition, evicted: evicted, dropped: dropped)
    }

    /// A stream that goes on where another one stopped; throws where its state is not one of this definition.
    public init(_ features: FittedFeatures, entities limit: Int = 100_000, resuming checkpoint: FeatureCheckpoint) throws {
        try self.init(features, entities: limit)
        func refuse(_ reason: String, _ key: String = "") -> FeatureError { FeatureError("stream", reason, at: key) }
        if checkpoint.definition != features.definition { throw refuse("the checkpoint is of another definition") }
        if checkpoint.entities.count > limit {
            throw refuse("the checkpoint has \(checkpoint.entities.count) entities, the limit is \(limit)")
        }
        if checkpoint.evicted < 0 || checkpoint.dropped < 0 { throw refuse("the checkpoint counts less than nothing") }
        table = EntityTable(limit: limit, stateWords: table.stateWords, windowWords: table.windowWords, evicted: checkpoint.evicted)
        dropped = checkpoint.dropped
        for entity in checkpoint.entities {
            guard entity.words.count == table.stateWords, entity.window.count == table.windowWords else {
                throw refuse("the state in the checkpoint is damaged", entity.key)
            }
            if table.place(of: entity.key) != nil { throw refuse("the checkpoint has the entity twice", entity.key) }
            table.append(entity.key, state: entity.words, window: entity.window)
        }
    }
}

/// In JSON the words are hexadecimal digits.
extension FeatureCheckpoint.Entity: Codable {
    private enum Key: String, CodingKey { case key, words, window }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        key = try container.decode(String.self, forKey: .key)
        guard let words: [UInt64] = numbers(try container.decode(String.self, forKey: .words)),
            let window: [UInt32] = numbers(try container.decode(String.self, forKey: .window))
        else { throw FeatureError("stream", "the state in the checkpoint is damaged", at: key) }
        self.words = words
        self.window = window
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(key, forKey: .key)
        try container.encode(hexadecimal(words), forKey: .words)
        try container.encode(hexadecimal(window), forKey: .window)
    }
}

private let digits = Array("0123456789abcdef".utf8)

private func hexadecimal<Word: FixedWidthInteger>(_ words: [Word]) -> String {
    let width = Word.bitWidth / 4
    return String(unsafeUninitializedCapacity: words.count * width) { text in
        for (place, word) in words.enumerated() {
            for digit in 0..<width {
                text[place * width + digit] = digits[Int(truncatingIfNeeded: word >> Word(4 * (width - 1 - digit))) & 15]
            }
        }
        return words.count * width
    }
}

private func numbers<Word: FixedWidthInteger>(_ text: String) -> [Word]? {
    let width = Word.bitWidth / 4, bytes = Array(text.utf8), count = bytes.count / width
    if bytes.count != count * width { return nil }
    var words: [Word] = []
    words.reserveCapacity(count)
    for place in 0..<count {
        var word: Word = 0
        for byte in bytes[place * width..<(place + 1) * width] {
            switch byte {
            case 48...57: word = word << 4 | Word(byte - 48)
            case 97...102: word = word << 4 | Word(byte - 87)
            default: return nil
            }
        }
        words.append(word)
    }
    return words
}
