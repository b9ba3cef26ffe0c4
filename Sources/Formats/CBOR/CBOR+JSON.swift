extension CBOR {
    /// A JSON value; every one has its like here.
    public init(_ value: JSON) {
        switch value {
        case .null: self = .null
        case .bool(let truth): self = .bool(truth)
        case .integer(let number): self.init(number)
        case .unsigned(let number): self = .unsigned(number)
        case .number(let number): self = .number(number)
        case .string(let text): self = .text(text)
        case .array(let elements): self = .array(elements.map { CBOR($0) })
        case .object(let object): self = .map(object.map { Pair(.text($0), CBOR($1)) })
        }
    }

    /// The value as JSON, as RFC 8949, 6.1 advises: bytes become base64url without padding, a tag is left out, undefined becomes null, and
    /// whole numbers below -2⁶³ become `Double`s.
    ///
    /// - Throws: for a key that is no text and for simple values, which JSON has nothing for.
    public func json() throws -> JSON {
        switch self {
        case .unsigned(let value): return JSON(value)
        case .negative(let value): return Int64(exactly: value).map { .integer(-1 - $0) } ?? .number(-1 - Double(value))
        case .number(let value): return .number(value)
        case .bytes(let bytes): return .string(Self.base64URL(bytes))
        case .text(let text): return .string(text)
        case .array(let elements): return .array(try elements.map { try $0.json() })
        case .map(let pairs):
            var object = JSON.Object()
            for pair in pairs {
                guard let key = pair.key.string else { throw FormatError("cbor", "JSON has no key that is not a text") }
                guard object.insert(key, try pair.value.json()) else {
                    throw FormatError("cbor", "the key stands here a second time", at: key)
                }
            }
            return .object(object)
        case .tagged(_, let content): return try content.json()
        case .bool(let truth): return .bool(truth)
        case .null, .undefined: return .null
        case .simple(let number): throw FormatError("cbor", "JSON has nothing for the simple value \(number)")
        }
    }

    /// Bytes in the letters of RFC 4648, 5, without padding.
    public static func base64URL(_ bytes: some Collection<UInt8>) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var waiting: UInt32 = 0, bits = 0
        for byte in bytes {
            waiting = waiting << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(letters[Int(waiting >> UInt32(bits) & 63)])
            }
        }
        if bits > 0 { text.append(letters[Int(waiting << UInt32(6 - bits) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
