extension JSON {
    /// The value of a `Decodable` type that has this JSON form.
    ///
    /// - Throws: `json 'steps.3.results': expected an array, found null`; what the type's own decoding throws passes unchanged.
    public func decoded<T: Decodable>(as type: T.Type = T.self) throws -> T {
        do {
            return try JSONDecoding(self, []).decode(type)
        } catch let error as DecodingError {
            throw FormatError(error)
        }
    }
}

extension FormatError {
    /// The standard library's error in the words of this module.
    fileprivate init(_ error: DecodingError) {
        let (context, reason): (DecodingError.Context?, String?) =
            switch error {
            case .typeMismatch(let type, let context): (context, "expected \(type)")
            case .valueNotFound(let type, let context): (context, "has no value, expected \(type)")
            case .keyNotFound(let key, let context): (context, "has no key '\(key.stringValue)'")
            case .dataCorrupted(let context): (context, nil)
            @unknown default: (nil, "\(error)")
            }
        self.init("json", reason ?? context?.debugDescription ?? "", at: JSONDecoding.text(context?.codingPath ?? []))
    }
}

/// A value being decoded, with its place in the document.
struct JSONDecoding: Decoder {
    let value: JSON
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ value: JSON, _ codingPath: [any CodingKey]) {
        self.value = value
        self.codingPath = codingPath
    }

    static func text(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }

    func error(_ reason: String) -> FormatError { FormatError("json", reason, at: Self.text(codingPath)) }

    /// What stands here, for messages.
    private var found: String {
        switch value {
        case .bool, .integer, .unsigned, .number: return value.text()
        case .string(let text): return text.utf8.count <= 40 ? "\"\(text)\"" : "a string"
        default: return value.kind
        }
    }

    func whole<Whole: FixedWidthInteger>(_ type: Whole.Type) throws -> Whole {
        guard let whole = value.whole(type) else { throw error("expected a whole number (\(type)), found \(found)") }
        return whole
    }

    func double() throws -> Double {
        if let number = value.double { return number }
        if case .string(let name) = value, let number = JSON.nonFinite(named: name) { return number }
        throw error("expected a number, found \(found)")
    }

    func bool() throws -> Bool {
        guard let truth = value.bool else { throw error("expected true or false, found \(found)") }
        return truth
    }

    func string() throws -> String {
        guard let text = value.string else { throw error("expected a string, found \(found)") }
        return text
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        // The types that documents are made of, without a container for each.
        switch type {
        case is JSON.Type: return value as! T
        case is Int.Type: return try whole(Int.self) as! T
        case is Double.Type: return try double() as! T
        case is Float.Type: return Float(try double()) as! T
        case is String.Type: return try string() as! T
        case is Bool.Type: return try bool() as! T
        default: return try T(from: self)
        }
    }

    // MARK: Decoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else { throw error("expected an object, found \(found)") }
        return KeyedDecodingContainer(Keyed<Key>(place: self, object: object))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw error("expected an array, found \(found)") }
        return Unkeyed(place: self, elements: elements)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(place: self) }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let place: JSONDecoding
        let object: JSON.Object
        var codingPath: [any CodingKey] { place.codingPath }
        var allKeys: [Key] { object.keys.compactMap(Key.init(stringValue:)) }

        func contains(_ key: Key) -> Bool { object[key.stringValue] != nil }
        private func field(_ key: any CodingKey) throws -> JSONDecoding {
            guard let value = object[key.stringValue] else { throw place.error("has no key '\(key.stringValue)'") }
            return JSONDecoding(value, place.codingPath + [key])
        }
        func decodeNil(forKey key: Key) throws -> Bool { try field(key).value.isNull }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try field(key).decode(type) }
        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
            try field(key).container(keyedBy: type)
        }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try field(key).unkeyedContainer() }
        func superDecoder() throws -> any Decoder { try field(JSONKey("super")) }
        func superDecoder(forKey key: Key) throws -> any Decoder { try field(key) }
    }

    private struct Unkeyed: UnkeyedDecodingContainer {
        let place: JSONDecoding
        let elements: [JSON]
        var currentIndex = 0
        var codingPath: [any CodingKey] { place.codingPath }
        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex >= elements.count }

        init(place: JSONDecoding, elements: [JSON]) {
            self.place = place
            self.elements = elements
        }

        private func element() throws -> JSONDecoding {
            guard !isAtEnd else { throw place.error("has only \(elements.count) elements") }
            return JSONDecoding(elements[currentIndex], place.codingPath + [JSONKey(currentIndex)])
        }
        private mutating func take<R>(_ body: (JSONDecoding) throws -> R) throws -> R {
            let result = try body(element())
            currentIndex += 1
            return result
        }
        mutating func decodeNil() throws -> Bool {
            let isNull = try element().value.isNull
            if isNull { currentIndex += 1 }
            return isNull
        }
        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try take { try $0.decode(type) } }
        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
            try take { try $0.container(keyedBy: type) }
        }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try take { try $0.unkeyedContainer() } }
        mutating func superDecoder() throws -> any Decoder { try take { $0 } }
    }

    private struct Single: SingleValueDecodingContainer {
        let place: JSONDecoding
        var codingPath: [any CodingKey] { place.codingPath }

        func decodeNil() -> Bool { place.value.isNull }
        func decode(_ type: Bool.Type) throws -> Bool { try place.bool() }
        func decode(_ type: String.Type) throws -> String { try place.string() }
        func decode(_ type: Double.Type) throws -> Double { try place.double() }
        func decode(_ type: Float.Type) throws -> Float { Float(try place.double()) }
        func decode(_ type: Int.Type) throws -> Int { try place.whole(type) }
        func decode(_ type: Int8.Type) throws -> Int8 { try place.whole(type) }
        func decode(_ type: Int16.Type) throws -> Int16 { try place.whole(type) }
        func decode(_ type: Int32.Type) throws -> Int32 { try place.whole(type) }
        func decode(_ type: Int64.Type) throws -> Int64 { try place.whole(type) }
        func decode(_ type: UInt.Type) throws -> UInt { try place.whole(type) }
        func decode(_ type: UInt8.Type) throws -> UInt8 { try place.whole(type) }
        func decode(_ type: UInt16.Type) throws -> UInt16 { try place.whole(type) }
        func decode(_ type: UInt32.Type) throws -> UInt32 { try place.whole(type) }
        func decode(_ type: UInt64.Type) throws -> UInt64 { try place.whole(type) }
        func decode<T: Decodable>(_ type: T.Type) throws -> T { try place.decode(type) }
    }
}

// MARK: JSON in other coders

extension JSON: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(Object(try container.decode([String: JSON].self).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(Dictionary(uniqueKeysWithValues: zip(value.keys, value.values)))
        }
    }
}
