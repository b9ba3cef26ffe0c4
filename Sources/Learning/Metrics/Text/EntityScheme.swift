/// How tags such as `B-PER` name the entities of a sequence.
public enum EntityScheme: Sendable, CaseIterable {
    /// As conlleval reads them: IOB, IOB2 and IOBES alike, and a tag that has no right to start an entity starts one all the same.
    case lenient
    /// IOB2 to the letter: `B-` starts an entity, `I-` of the same type continues it, other `I-` are nothing.
    case iob2
    /// IOBES to the letter: `B- I-… E-` or `S-`; what is not finished is nothing.
    case iobes

    /// The entities of a sequence, from left to right. Throws for a tag that the scheme does not know.
    public func entities(_ tags: [String]) throws -> [Entity] {
        let tokens = try tags.map(split)
        return self == .lenient ? Self.lenient(tokens) : strict(tokens)
    }

    private typealias Token = (mark: Character, type: String)

    private func split(_ tag: String) throws -> Token {
        let allowed: String = self == .iob2 ? "BIO" : "BIESO"
        guard let mark = tag.first, allowed.contains(mark) else {
            throw LearningError("entities", "a tag is '\(tag)'; it starts with one of \(allowed)")
        }
        let rest = tag.dropFirst()
        guard rest.isEmpty || rest.first == "-" else {
            throw LearningError("entities", "a tag is '\(tag)'; a hyphen comes before the type")
        }
        return (mark, rest.count > 1 ? String(rest.dropFirst()) : "_")
    }

    private static func lenient(_ tokens: [Token]) -> [Entity] {
        var entities: [Entity] = [], start: Int?, last: Token = ("O", "_")
        for (place, token) in (tokens + [("O", "_")]).enumerated() {
            let isOutside = token.mark == "O"
            let ends =
                isOutside || last.mark == "E" || last.mark == "S" || token.mark == "B" || token.mark == "S" || last.type != token.type
            if let begin = start, ends {
                entities.append(Entity(type: last.type, start: begin, end: place))
                start = nil
            }
            if !isOutside && start == nil { start = place }
            last = token
        }
        return entities
    }

    private func strict(_ tokens: [Token]) -> [Entity] {
        var entities: [Entity] = [], place = 0
        while place < tokens.count {
            let first = tokens[place]
            var end = place + 1
            if first.mark == "B" {
                while end < tokens.count, tokens[end].type == first.type, tokens[end - 1].mark != "E",
                    tokens[end].mark == "I" || (self == .iobes && tokens[end].mark == "E")
                {
                    end += 1
                }
                if self == .iob2 || tokens[end - 1].mark == "E" { entities.append(Entity(type: first.type, start: place, end: end)) }
            } else if first.mark == "S" {
                entities.append(Entity(type: first.type, start: place, end: end))
            }
            place = end
        }
        return entities
    }
}
