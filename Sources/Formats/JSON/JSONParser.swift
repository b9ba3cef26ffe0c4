extension JSON {
    /// Reads a JSON text (RFC 8259): UTF-8 and nothing but one value. Keys that occur twice are refused.
    ///
    /// - Parameter place: the file or the message that the text comes from, for messages.
    /// - Throws: `json 'manifest.json:3:14': expected ':' after a key`, with line and column.
    public init(parsing bytes: [UInt8], at place: String = "", limits: Limits = Limits()) throws {
        self = try bytes.withUnsafeBytes { try JSON(parsing: $0, at: place, limits: limits) }
    }

    /// Reads a JSON text.
    public init(parsing text: String, at place: String = "", limits: Limits = Limits()) throws {
        try self.init(parsing: Array(text.utf8), at: place, limits: limits)
    }

    /// Reads the JSON text in this memory.
    public init(parsing bytes: UnsafeRawBufferPointer, at place: String = "", limits: Limits = Limits()) throws {
        guard bytes.count <= limits.bytes else {
            throw FormatError("json", "has \(bytes.count) bytes, at most \(limits.bytes) are read", at: place)
        }
        var parser = JSONParser(bytes: bytes, place: place, limits: limits)
        self = try parser.document()
    }
}

/// One pass over the bytes of a text.
struct JSONParser {
    let bytes: UnsafeRawBufferPointer
    let place: String
    let limits: JSON.Limits
    private var position = 0
    private var depth = 0
    private var valuesLeft: Int

    init(bytes: UnsafeRawBufferPointer, place: String, limits: JSON.Limits) {
        self.bytes = bytes
        self.place = place
        self.limits = limits
        valuesLeft = limits.values
    }

    mutating func document() throws -> JSON {
        skipSpace()
        let value = try value()
        skipSpace()
        if position < bytes.count { throw error("expected the end after the value") }
        return value
    }

    private func error(_ reason: String, at offset: Int? = nil) -> FormatError {
        let offset = offset ?? position
        var line = 1, start = 0
        for place in 0..<min(offset, bytes.count) where bytes[place] == UInt8(ascii: "\n") {
            line += 1
            start = place + 1
        }
        let column = offset - start + 1
        return FormatError("json", reason, at: place.isEmpty ? "line \(line), column \(column)" : "\(place):\(line):\(column)")
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ letter: UInt8) -> Bool {
        guard next == letter else { return false }
        position += 1
        return true
    }

    // MARK: Values

    private mutating func value() throws -> JSON {
        guard valuesLeft > 0 else { throw error("has more than \(limits.values) values") }
        valuesLeft -= 1
        guard let letter = next else { throw error("ends where a value is expected") }
        switch letter {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("expected a value")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws -> JSON {
        let length = text.utf8CodeUnitCount
        guard position + length <= bytes.count, (0..<length).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] }) else {
            throw error("expected a value")
        }
        position += length
        return value
    }

    private mutating func enter() throws {
        guard depth < limits.depth else { throw error("is nested more than \(limits.depth) deep") }
        depth += 1
        position += 1
        skipSpace()
    }

    private mutating func array() throws -> [JSON] {
        try enter()
        defer { depth -= 1 }
        var elements: [JSON] = []
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw error("expected ',' or ']' after an element") }
            skipSpace()
        }
    }

    private mutating func object() throws -> JSON.Object {
        try enter()
        defer { depth -= 1 }
        var object = JSON.Object()
        if take(UInt8(ascii: "}")) { return object }
        while true {
            let start = position
            guard next == UInt8(ascii: "\"") else { throw error("expected a key") }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("expected ':' after a key") }
            skipSpace()
            guard object.insert(key, try value()) else { throw error("the key \"\(key)\" stands here a second time", at: start) }
            skipSpace()
            if take(UInt8(ascii: "}")) { return object }
            guard take(UInt8(ascii: ",")) else { throw error("expected ',' or '}' after a value") }
            skipSpace()
        }
    }

    // MARK: Numbers

    private mutating func digits() -> Int {
        let start = position
        while let letter = next, letter >= UInt8(ascii: "0"), letter <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    private mutating func number() throws -> JSON {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        let leading = next
        let count = digits()
        if count == 0 { throw error("expected a digit") }
        if count > 1, leading == UInt8(ascii: "0") { throw error("a number does not begin with 0", at: start) }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            if digits() == 0 { throw error("expected a digit after '.'") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
            if digits() == 0 { throw error("expected a digit in the exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole {
            if let value = Int64(text) {
                // A minus zero is a number of its own.
                return isNegative && value == 0 ? .number(-0.0) : .integer(value)
            }
            if let value = UInt64(text) { return .unsigned(value) }
        }
        guard let value = Double(text), value.isFinite else { throw error("the number is too large", at: start) }
        return .number(value)
    }

    // MARK: Strings

    private mutating func string() throws -> String {
        let start = position
        position += 1
        let first = position
        while let letter = next, letter != UInt8(ascii: "\""), letter != UInt8(ascii: "\\"), letter >= 0x20 { position += 1 }
        if next == UInt8(ascii: "\"") {
            defer { position += 1 }
            return try text(UnsafeRawBufferPointer(rebasing: bytes[first..<position]), at: start)
        }
        var collected = [UInt8](bytes[first..<position])
        while let letter = next {
            position += 1
            switch letter {
            case UInt8(ascii: "\""): return try collected.withUnsafeBytes { try text($0, at: start) }
            case UInt8(ascii: "\\"): try escape(into: &collected)
            case 0x20...: collected.append(letter)
            default: throw error("a control character in a string must be escaped", at: position - 1)
            }
        }
        throw error("ends inside of a string")
    }

    private func text(_ bytes: UnsafeRawBufferPointer, at start: Int) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw error("the string is not UTF-8", at: start) }
        return text
    }

    private mutating func escape(into collected: inout [UInt8]) throws {
        guard let letter = next else { throw error("ends inside of a string") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): collected.append(letter)
        case UInt8(ascii: "b"): collected.append(0x08)
        case UInt8(ascii: "f"): collected.append(0x0C)
        case UInt8(ascii: "n"): collected.append(0x0A)
        case UInt8(ascii: "r"): collected.append(0x0D)
        case UInt8(ascii: "t"): collected.append(0x09)
        case UInt8(ascii: "u"):
            let start = position - 2
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair", at: start) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair", at: start) }
            collected += Array(String(Character(scalar)).utf8)
        default: throw error("no such escape", at: position - 2)
        }
    }

    private mutating func hexadecimal() throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let letter = next, let digit = Character(Unicode.Scalar(letter)).hexDigitValue else {
                throw error("expected four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
