/// Events as flat rows: whose each is, when it happened, its values, and where it stood in its source.
///
/// A row is numbers (`schema.numbers.count` of them; a missing one is not-a-number, a timestamp microseconds since 1970) and texts
/// (`schema.texts.count`; a missing one is nil). Taking a row takes no memory once the arrays have grown.
public struct EventBatch: Sendable {
    public let schema: EventSchema
    /// Which device sent the event, row by row.
    public private(set) var devices: [String] = []
    /// When the event happened, in microseconds since 1970.
    public private(set) var times: [Int64] = []
    /// Row by row.
    public private(set) var numbers: [Double] = []
    /// Row by row.
    public private(set) var texts: [String?] = []
    /// Where the row stood in its source.
    public private(set) var places: [SourcePlace] = []

    public init(_ schema: EventSchema) { self.schema = schema }

    public var count: Int { times.count }
    public var isEmpty: Bool { times.isEmpty }

    /// Appends a row whose values are missing; they are set by `setNumber` and `setText`.
    public mutating func append(device: String, time: Int64, at place: SourcePlace) {
        devices.append(device)
        times.append(time)
        places.append(place)
        for _ in schema.numbers.indices { numbers.append(.nan) }
        for _ in schema.texts.indices { texts.append(nil) }
    }

    /// Appends a row with its values.
    public mutating func append(
        device: String, time: Int64, at place: SourcePlace, numbers row: ArraySlice<Double>, texts words: ArraySlice<String?>
    ) {
        precondition(row.count == schema.numbers.count && words.count == schema.texts.count, "events: a row of another schema")
        devices.append(device)
        times.append(time)
        places.append(place)
        numbers.append(contentsOf: row)
        texts.append(contentsOf: words)
    }

    /// Sets a number of the last row.
    public mutating func setNumber(_ place: Int, _ value: Double) { numbers[numbers.count - schema.numbers.count + place] = value }

    /// Sets a text of the last row.
    public mutating func setText(_ place: Int, _ value: String) { texts[texts.count - schema.texts.count + place] = value }

    /// Sets when the last row's event happened.
    public mutating func setTime(_ time: Int64) { times[times.count - 1] = time }

    /// Sets whose the last row's event is.
    public mutating func setDevice(_ device: String) { devices[devices.count - 1] = device }

    /// Takes the last row back, say because its payload turned out to be bad.
    public mutating func removeLast() {
        devices.removeLast()
        times.removeLast()
        places.removeLast()
        numbers.removeLast(schema.numbers.count)
        texts.removeLast(schema.texts.count)
    }

    /// Removes all rows and keeps the memory.
    public mutating func removeAll() {
        devices.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
    }

    /// The number of a row in a column of numbers.
    public func number(_ row: Int, _ place: Int) -> Double { numbers[row * schema.numbers.count + place] }

    /// The text of a row in a column of texts.
    public func text(_ row: Int, _ place: Int) -> String? { texts[row * schema.texts.count + place] }
}

/// Where an event stood in its source: a part of the source (a partition, a file) and a number that grows in it.
///
/// Two events of one source have different places, and a source that is read again gives an event its place again: effects are known by it.
public struct SourcePlace: Hashable, Sendable, Comparable {
    public let part: Int32
    public let offset: UInt64

    public init(part: Int32 = 0, offset: UInt64) {
        self.part = part
        self.offset = offset
    }

    public static func < (a: Self, b: Self) -> Bool { (a.part, a.offset) < (b.part, b.offset) }
}
