/// The keys of a decoded object, each known: an unknown one is answered with the nearest that is.
struct Record {
    struct Key: CodingKey {
        let stringValue: String
        let intValue: Int?
        init(_ name: String) {
            stringValue = name
            intValue = nil
        }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { return nil }
    }

    let container: KeyedDecodingContainer<Key>
    let called: String

    /// Throws where a key is none of these.
    init(_ decoder: any Decoder, called: String, keys: [String]) throws {
        container = try decoder.container(keyedBy: Key.self)
        self.called = called
        for key in container.allKeys.map(\.stringValue).sorted() where !keys.contains(key) {
            throw FeatureError("definition", "unknown key '\(key)'\(hint(for: key, among: keys))", at: called)
        }
    }

    func has(_ key: String) -> Bool { container.contains(Key(key)) }

    func required<T: Decodable>(_ key: String, as type: T.Type = T.self) throws -> T {
        guard has(key) else { throw FeatureError("definition", "the key '\(key)' is missing", at: called) }
        return try read(key)
    }

    func optional<T: Decodable>(_ key: String, as type: T.Type = T.self) throws -> T? {
        if !has(key) { return nil }
        if try container.decodeNil(forKey: Key(key)) { return nil }
        return try read(key) as T
    }

    private func read<T: Decodable>(_ key: String) throws -> T {
        do {
            return try container.decode(T.self, forKey: Key(key))
        } catch let error as FeatureError {
            throw error
        } catch {
            throw FeatureError("definition", "'\(key)' is not what is expected there", at: called)
        }
    }

    /// One string or several.
    func names(_ key: String) throws -> [String] {
        if let one = try? container.decode(String.self, forKey: Key(key)) { return [one] }
        return try required(key)
    }

    /// One of the cases of an enumeration by its name.
    func choice<T: RawRepresentable & CaseIterable>(_ key: String, as type: T.Type = T.self) throws -> T where T.RawValue == String {
        let name: String = try required(key)
        if let value = T(rawValue: name) { return value }
        throw FeatureError(
            "definition", "'\(key)' cannot be '\(name)'\(hint(for: name, among: T.allCases.map(\.rawValue), called: "it is one of"))",
            at: called)
    }
}

/// A string under a key that is known as text.
extension KeyedEncodingContainer where Key == Record.Key {
    mutating func write(_ key: String, _ value: some Encodable) throws { try encode(value, forKey: Record.Key(key)) }
    mutating func writeIfPresent(_ key: String, _ value: (some Encodable)?) throws { try encodeIfPresent(value, forKey: Record.Key(key)) }

    /// One string alone, several as a list.
    mutating func write(names: [String], _ key: String) throws {
        if names.count == 1 { try write(key, names[0]) } else { try write(key, names) }
    }
}
