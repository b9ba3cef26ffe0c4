extension JSON {
    /// Values by key, in the order in which the keys were put in. Two objects are equal whatever the order of their keys.
    public struct Object: Sendable {
        /// The keys in their order.
        public private(set) var keys: [String] = []
        /// The values in the order of the keys.
        public private(set) var values: [JSON] = []
        /// Where a key stands; kept only when a search from the front would be slow.
        private var places: [String: Int] = [:]
        private static let searched = 8

        public init() {}

        /// Where a key stands twice, the last value counts, at the first place.
        public init(_ entries: some Sequence<(String, JSON)>) {
            for (key, value) in entries { self[key] = value }
        }

        public var count: Int { keys.count }
        public var isEmpty: Bool { keys.isEmpty }

        /// The value of a key; setting nil removes the key, setting a new key appends it.
        public subscript(key: String) -> JSON? {
            get { place(of: key).map { values[$0] } }
            set {
                switch (place(of: key), newValue) {
                case (let place?, let value?): values[place] = value
                case (nil, let value?): append(key, value)
                case (let place?, nil):
                    keys.remove(at: place)
                    values.remove(at: place)
                    places = keys.count > Self.searched ? Dictionary(uniqueKeysWithValues: zip(keys, keys.indices)) : [:]
                case (nil, nil): break
                }
            }
        }

        private func place(of key: String) -> Int? {
            keys.count > Self.searched ? places[key] : keys.firstIndex(of: key)
        }

        /// Appends a key that is not there yet.
        private mutating func append(_ key: String, _ value: JSON) {
            keys.append(key)
            values.append(value)
            if keys.count == Self.searched + 1 {
                places = Dictionary(uniqueKeysWithValues: zip(keys, keys.indices))
            } else if keys.count > Self.searched {
                places[key] = keys.count - 1
            }
        }

        /// Appends a key, or says that it is there already.
        mutating func insert(_ key: String, _ value: JSON) -> Bool {
            if place(of: key) != nil { return false }
            append(key, value)
            return true
        }
    }
}

extension JSON.Object: Sequence {
    public func makeIterator() -> Zip2Sequence<[String], [JSON]>.Iterator { zip(keys, values).makeIterator() }
}

extension JSON.Object: Hashable {
    public static func == (a: Self, b: Self) -> Bool {
        a.count == b.count && zip(a.keys, a.values).allSatisfy { b[$0] == $1 }
    }

    public func hash(into hasher: inout Hasher) {
        var all = 0
        for (key, value) in self {
            var one = Hasher()
            one.combine(key)
            one.combine(value)
            all ^= one.finalize()
        }
        hasher.combine(all)
    }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

extension JSON.Object: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer().decode(JSON.self)
        guard case .object(let object) = value else { throw FormatError("json", "expected an object, found \(value.kind)") }
        self = object
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(JSON.object(self))
    }
}
