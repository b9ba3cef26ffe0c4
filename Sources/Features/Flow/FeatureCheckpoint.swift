/// The state of a stream, to go on with later: the same events then give the same bits.
public struct FeatureCheckpoint: Sendable, Hashable, Codable {
    /// What an entity has seen, its words in hexadecimal digits.
    struct Entity: Sendable, Hashable, Codable {
        let key: String
        let words: String
        let window: String
    }

    /// From the one whose last event is longest ago to the latest.
    let entities: [Entity]
    let definition: FeatureDefinition
    let evicted: Int
    let dropped: Int
}

extension FeatureStream {
    /// The state to go on with.
    public var checkpoint: FeatureCheckpoint {
        var list: [FeatureCheckpoint.Entity] = []
        var place = oldest
        while place >= 0 {
            let entity = entities[place]
            list.append(.init(key: entity.key, words: hexadecimal(entity.words), window: hexadecimal(entity.window)))
            place = entity.newer
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
        let words = features.machine.plan.stateWords
        for entity in checkpoint.entities {
            guard let state: [UInt64] = numbers(entity.words, count: words),
                let window: [UInt32] = numbers(entity.window, count: windowWords)
            else { throw refuse("the state in the checkpoint is damaged", entity.key) }
            if places[entity.key] != nil { throw refuse("the checkpoint has the entity twice", entity.key) }
            places[entity.key] = entities.count
            entities.append(Entity(key: entity.key, words: state, window: window, older: -1, newer: -1))
            link(entities.count - 1)
        }
        evicted = checkpoint.evicted
        dropped = checkpoint.dropped
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

private func numbers<Word: FixedWidthInteger>(_ text: String, count: Int) -> [Word]? {
    let width = Word.bitWidth / 4, bytes = Array(text.utf8)
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
