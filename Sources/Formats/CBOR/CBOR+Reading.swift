extension CBOR {
    /// Reads one CBOR value and nothing after it. A key that occurs twice in a map is refused.
    ///
    /// - Parameter place: the file or the message that the bytes come from, for messages.
    /// - Throws: `cbor 'message: byte 7': ends inside of an item`
    public init(parsing bytes: [UInt8], at place: String = "", limits: Limits = Limits()) throws {
        self = try bytes.withUnsafeBytes { try CBOR(parsing: $0, at: place, limits: limits) }
    }

    /// Reads the CBOR value in this memory.
    public init(parsing bytes: UnsafeRawBufferPointer, at place: String = "", limits: Limits = Limits()) throws {
        guard bytes.count <= limits.bytes else {
            throw FormatError("cbor", "has \(bytes.count) bytes, at most \(limits.bytes) are read", at: place)
        }
        var parser = CBORParser(reader: CBORReader(bytes, at: place), limits: limits, valuesLeft: limits.values)
        self = try parser.value()
        guard parser.reader.isAtEnd else { throw parser.reader.error("expected the end after the value") }
    }
}

/// Builds values out of a reader's items.
private struct CBORParser {
    var reader: CBORReader
    let limits: CBOR.Limits
    var valuesLeft: Int
    var depth = 0

    mutating func value() throws -> CBOR {
        let start = reader.position
        return try value(reader.next(), at: start)
    }

    private mutating func value(_ item: CBORItem, at start: Int) throws -> CBOR {
        guard valuesLeft > 0 else { throw reader.error("has more than \(limits.values) values", at: start) }
        valuesLeft -= 1
        switch item {
        case .unsigned(let value): return .unsigned(value)
        case .negative(let value): return .negative(value)
        case .number(let value): return .number(value)
        case .bytes(let length?): return .bytes([UInt8](try reader.content(length)))
        case .bytes(nil): return .bytes(try reader.pieces(isText: false))
        case .text(let length?): return try .text(text(reader.content(length), at: start))
        case .text(nil): return .text(String(decoding: try reader.pieces(isText: true), as: UTF8.self))
        case .array(let count):
            var elements: [CBOR] = []
            try inside(count, at: start) { parser, item, start in elements.append(try parser.value(item, at: start)) }
            return .array(elements)
        case .map(let count): return .map(try pairs(count, at: start))
        case .tag(let number):
            var content = CBOR.null
            try inside(1, at: start) { parser, item, start in content = try parser.value(item, at: start) }
            return .tagged(number, content)
        case .bool(let truth): return .bool(truth)
        case .null: return .null
        case .undefined: return .undefined
        case .simple(let number): return .simple(number)
        case .end: throw reader.error("an end without a beginning", at: start)
        }
    }

    private func text(_ bytes: UnsafeRawBufferPointer, at start: Int) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw reader.error("the text is not UTF-8", at: start) }
        return text
    }

    private mutating func pairs(_ count: Int?, at start: Int) throws -> [CBOR.Pair] {
        var pairs: [CBOR.Pair] = [], keys: Set<CBOR> = []
        try inside(count, at: start) { parser, item, start in
            let key = try parser.value(item, at: start)
            guard keys.insert(key).inserted else { throw parser.reader.error("a key stands here a second time", at: start) }
            pairs.append(CBOR.Pair(key, try parser.value()))
        }
        return pairs
    }

    /// Calls `body` for every element (for every key) of an array, a map or a tag.
    private mutating func inside(_ count: Int?, at start: Int, _ body: (inout Self, CBORItem, Int) throws -> Void) throws {
        guard depth < limits.depth else { throw reader.error("is nested more than \(limits.depth) deep", at: start) }
        depth += 1
        defer { depth -= 1 }
        var left = count ?? .max
        while left > 0 {
            let start = reader.position
            let item = try reader.next()
            if count == nil, item == .end { return }
            try body(&self, item, start)
            left -= 1
        }
    }
}
