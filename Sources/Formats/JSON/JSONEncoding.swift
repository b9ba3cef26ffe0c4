extension JSON {
    /// The JSON form of a value that is `Codable`.
    ///
    /// Keys stand in the order in which the value encodes them, those of dictionaries sorted. A `Float` is written with the digits of a
    /// `Float`. What is not a number or infinite becomes one of the strings `"nan"`, `"inf"`, `"-inf"`.
    ///
    /// - Throws: what the value's own encoding throws.
    public init(encoding value: some Encodable) throws {
        let root = JSONEncoding([])
        try root.encode(value)
        self = root.finished
    }
}

/// A place in the tree that an `Encodable` value fills; containers of the place write into it.
final class JSONEncoding: Encoder {
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }
    private var content = Content.empty

    private enum Content {
        case empty
        case value(JSON)
        case array([JSONEncoding])
        case object(keys: [String], places: [String: Int], values: [JSONEncoding], isSorted: Bool)
    }

    init(_ codingPath: [any CodingKey]) { self.codingPath = codingPath }

    /// What was written; a place that nothing was written to is an empty object, as an empty struct leaves it.
    var finished: JSON {
        switch content {
        case .empty: return .object([:])
        case .value(let value): return value
        case .array(let elements): return .array(elements.map(\.finished))
        case .object(let keys, _, let values, let isSorted):
            let entries = zip(keys, values).map { ($0, $1.finished) }
            return .object(Object(isSorted ? entries.sorted { $0.0 < $1.0 } : entries))
        }
    }
    private typealias Object = JSON.Object

    // MARK: Writing here

    func set(_ value: JSON) { content = .value(value) }

    func encode(_ value: some Encodable) throws {
        switch value {
        case let value as JSON: set(value)
        case let value as Double: set(.encoded(value))
        case let value as Float: set(.encoded(value))
        case let value as String: set(.string(value))
        case let value as Int: set(JSON(value))
        case let value as Bool: set(.bool(value))
        default:
            try value.encode(to: self)
            // The keys of a dictionary come in no order of their own.
            if value is any Unordered, case .object(let keys, let places, let values, _) = content {
                content = .object(keys: keys, places: places, values: values, isSorted: true)
            }
        }
    }

    func element() -> JSONEncoding {
        var elements: [JSONEncoding] = []
        if case .array(let found) = content { elements = found }
        content = .empty  // keeps the list the only one that holds its memory
        let child = JSONEncoding(codingPath + [JSONKey(elements.count)])
        elements.append(child)
        content = .array(elements)
        return child
    }

    var elementCount: Int {
        guard case .array(let elements) = content else { return 0 }
        return elements.count
    }

    func field(_ key: any CodingKey) -> JSONEncoding {
        var (keys, places, values, isSorted): ([String], [String: Int], [JSONEncoding], Bool) = ([], [:], [], false)
        if case .object(let oldKeys, let oldPlaces, let oldValues, let sorted) = content {
            (keys, places, values, isSorted) = (oldKeys, oldPlaces, oldValues, sorted)
        }
        content = .empty
        let child = JSONEncoding(codingPath + [key])
        if let place = places[key.stringValue] {
            values[place] = child
        } else {
            places[key.stringValue] = keys.count
            keys.append(key.stringValue)
            values.append(child)
        }
        content = .object(keys: keys, places: places, values: values, isSorted: isSorted)
        return child
    }

    private func beArray() { if case .array = content {} else { content = .array([]) } }
    private func beObject() { if case .object = content {} else { content = .object(keys: [], places: [:], values: [], isSorted: false) } }

    // MARK: Encoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        beObject()
        return KeyedEncodingContainer(Keyed<Key>(place: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        beArray()
        return Unkeyed(place: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(place: self) }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let place: JSONEncoding
        var codingPath: [any CodingKey] { place.codingPath }

        mutating func encodeNil(forKey key: Key) { place.field(key).set(.null) }
        mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try place.field(key).encode(value) }
        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
            place.field(key).container(keyedBy: type)
        }
        mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { place.field(key).unkeyedContainer() }
        mutating func superEncoder() -> any Encoder { place.field(JSONKey("super")) }
        mutating func superEncoder(forKey key: Key) -> any Encoder { place.field(key) }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let place: JSONEncoding
        var codingPath: [any CodingKey] { place.codingPath }
        var count: Int { place.elementCount }

        mutating func encodeNil() { place.element().set(.null) }
        mutating func encode<T: Encodable>(_ value: T) throws { try place.element().encode(value) }
        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            place.element().container(keyedBy: type)
        }
        mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { place.element().unkeyedContainer() }
        mutating func superEncoder() -> any Encoder { place.element() }
    }

    private struct Single: SingleValueEncodingContainer {
        let place: JSONEncoding
        var codingPath: [any CodingKey] { place.codingPath }

        mutating func encodeNil() { place.set(.null) }
        mutating func encode(_ value: Bool) { place.set(.bool(value)) }
        mutating func encode(_ value: String) { place.set(.string(value)) }
        mutating func encode(_ value: Double) { place.set(.encoded(value)) }
        mutating func encode(_ value: Float) { place.set(.encoded(value)) }
        mutating func encode(_ value: Int) { place.set(JSON(value)) }
        mutating func encode(_ value: Int8) { place.set(JSON(value)) }
        mutating func encode(_ value: Int16) { place.set(JSON(value)) }
        mutating func encode(_ value: Int32) { place.set(JSON(value)) }
        mutating func encode(_ value: Int64) { place.set(JSON(value)) }
        mutating func encode(_ value: UInt) { place.set(JSON(value)) }
        mutating func encode(_ value: UInt8) { place.set(JSON(value)) }
        mutating func encode(_ value: UInt16) { place.set(JSON(value)) }
        mutating func encode(_ value: UInt32) { place.set(JSON(value)) }
        mutating func encode(_ value: UInt64) { place.set(JSON(value)) }
        mutating func encode<T: Encodable>(_ value: T) throws { try place.encode(value) }
    }
}

/// A key made of a name or of a place in a list.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) { (stringValue, intValue) = (name, nil) }
    init(_ place: Int) { (stringValue, intValue) = (String(place), place) }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }
}

private protocol Unordered {}
extension Dictionary: Unordered {}

extension JSON {
    fileprivate static func encoded(_ value: Double) -> JSON { name(ofNonFinite: value).map { .string($0) } ?? .number(value) }

    /// The decimals of a `Float` are fewer than those of the `Double` of the same value; they are taken if they read back as the same.
    fileprivate static func encoded(_ value: Float) -> JSON {
        guard value.isFinite else { return encoded(Double(value)) }
        if let short = Double(value.description), Float(short) == value { return .number(short) }
        return .number(Double(value))
    }
}
