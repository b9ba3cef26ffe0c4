/// Keeps rows and answers until their labels come, for a bounded number of events.
///
/// Labels may come in any order, late or never. The oldest row gives way when the room is full; its label is missing then.
///
///     delayed.add(key, row, answer: learner.answer(row))
///     …
///     if let answer = delayed.take(key, into: &row) {
///         evaluation.add(answer: answer, label: label)
///         learner.learn(row, label: label)
///     }
public struct DelayedLabels: StreamState, Sendable {
    public let features: Int
    public let capacity: Int
    /// Rows that gave way before their label came.
    public private(set) var missing = 0
    /// Labels whose row was not here: too late, twice or unknown.
    public private(set) var unknown = 0
    private var places: [UInt64: Int] = [:]
    private var keys: [UInt64], rows: [Float], answers: [Int32]  // rings
    private var isTaken: [Bool]
    private var oldest = 0, held = 0

    public init(features: Int, capacity: Int) {
        precondition(
            (1...1 << 16).contains(features) && (1...1 << 24).contains(capacity) && features * capacity <= 1 << 28,
            "delayed labels: features or capacity out of range")
        self.features = features
        self.capacity = capacity
        keys = Array(repeating: 0, count: capacity)
        rows = Array(repeating: 0, count: capacity * features)
        answers = Array(repeating: 0, count: capacity)
        isTaken = Array(repeating: true, count: capacity)
        places.reserveCapacity(capacity)
    }

    /// How many rows wait for their label.
    public var waiting: Int { places.count }

    /// Keeps a row until its label comes. A key that waits already is kept anew.
    public mutating func add(_ key: UInt64, _ row: [Float], answer: Int) {
        precondition(row.count == features, "delayed labels: a row of \(row.count), expected \(features)")
        if let place = places.removeValue(forKey: key) { isTaken[place] = true }
        if held == capacity {
            if !isTaken[oldest] {
                missing += 1
                places.removeValue(forKey: keys[oldest])
            }
            oldest = (oldest + 1) % capacity
            held -= 1
        }
        let place = (oldest + held) % capacity
        keys[place] = key
        answers[place] = Int32(clamping: answer)
        for column in 0..<features { rows[place * features + column] = row[column] }
        isTaken[place] = false
        places[key] = place
        held += 1
    }

    /// Copies the row that a label belongs to and answers what was answered; nil if it is not here.
    public mutating func take(_ key: UInt64, into row: inout [Float]) -> Int? {
        precondition(row.count == features, "delayed labels: a row of \(row.count), expected \(features)")
        guard let place = places.removeValue(forKey: key) else {
            unknown += 1
            return nil
        }
        isTaken[place] = true
        for column in 0..<features { row[column] = rows[place * features + column] }
        return Int(answers[place])
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size + capacity * (4 * features + 13 + 32) }
    public var memoryBytes: Int { memoryLimit }

    public func write(to writer: inout StateWriter) {
        writer.begin("delayed-labels")
        for number in [features, capacity, missing, unknown, waiting] { writer.write(number) }
        for step in 0..<held {
            let place = (oldest + step) % capacity
            guard !isTaken[place] else { continue }
            writer.write(keys[place])
            writer.write(answers[place])
            for column in 0..<features { writer.write(rows[place * features + column]) }
        }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin("delayed-labels")
        let features = try reader.int("features", in: 1...1 << 16), capacity = try reader.int("capacity", in: 1...1 << 24)
        try reader.require(features * capacity <= 1 << 28, "capacity", "is too large")
        self.init(features: features, capacity: capacity)
        missing = try reader.count("missing")
        unknown = try reader.count("unknown")
        let waiting = try reader.int("waiting", in: 0...capacity)
        var row = Array(repeating: Float(0), count: features)
        for _ in 0..<waiting {
            let key = try reader.number(UInt64.self, "key"), answer = try reader.number(Int32.self, "answer")
            for column in 0..<features { row[column] = try reader.number(Float.self, "row") }
            try reader.require(places[key] == nil, "key", "\(key) waits twice")
            add(key, row, answer: Int(answer))
        }
    }
}
