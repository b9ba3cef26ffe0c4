/// Gives every left row what was known at its time: the latest right row of its key that is no later, and no older than `tolerance`.
///
/// A left row waits until the watermark has passed it, since a right row may still come before it; then it is told in the order of time,
/// with nil where there is nothing to know. Of the right rows that the watermark has passed the latest of each key is kept. Memory:
/// `limit` rows in all; one more sends on the earliest left row at once, or takes the place of the earliest right one; `evicted` counts both.
public struct AsOfJoin: Sendable {
    public let tolerance: Int64
    public let limit: Int
    public private(set) var watermark = Int64.min
    /// Rows told or given up before their time.
    public private(set) var evicted = 0
    /// Left rows that came after the watermark had passed them: what was known then may be forgotten.
    public private(set) var late = 0
    private var left = JoinSide(), right = JoinSide()
    private var known = LatestRows()

    public init(tolerance: Int64 = .max, limit: Int = 100_000) {
        precondition(tolerance >= 0 && (2...1 << 24).contains(limit), "join: the tolerance or the limit is out of range")
        self.tolerance = min(tolerance, 1 << 62)
        self.limit = limit
    }

    /// Rows that are kept.
    public var count: Int { left.count + right.count + known.count }

    public mutating func onLeft(_ key: String, _ row: JoinRow) -> [JoinedPair] {
        let pairs = makeRoom()
        if row.time < watermark {
            late += 1
            return pairs + [pair(key, row)]
        }
        left.add(key, row)
        return pairs
    }

    public mutating func onRight(_ key: String, _ row: JoinRow) -> [JoinedPair] {
        let pairs = makeRoom()
        if row.time < watermark { known.add(key, row) } else { right.add(key, row) }
        return pairs
    }

    public mutating func advance(to watermark: Int64) -> [JoinedPair] {
        self.watermark = max(self.watermark, watermark)
        var pairs: [JoinedPair] = []
        while let time = earliest, time < self.watermark {
            if right.earliest == time, let (key, row) = right.takeFirst() {
                known.add(key, row)
            } else if let (key, row) = left.takeFirst() {
                pairs.append(pair(key, row))
            }
        }
        if tolerance < 1 << 61, let first = left.earliest ?? (self.watermark == .min ? nil : self.watermark) {
            known.remove(before: min(first, self.watermark).subtractingReportingOverflow(tolerance).partialValue)
        }
        return pairs
    }

    /// The earliest time on either side.
    private var earliest: Int64? {
        guard let one = left.earliest, let other = right.earliest else { return left.earliest ?? right.earliest }
        return min(one, other)
    }

    private func pair(_ key: String, _ row: JoinRow) -> JoinedPair {
        let found = known[key].flatMap { $0.time <= row.time && row.time - $0.time <= tolerance ? $0 : nil }
        return JoinedPair(key: key, left: row, right: found)
    }

    /// Where there is no room the earliest left row goes on with what is known by now.
    private mutating func makeRoom() -> [JoinedPair] {
        guard count == limit else { return [] }
        evicted += 1
        if let (key, row) = left.takeFirst() {
            let between = right.latest(of: key, through: row.time)
            if let between, row.time - between.time <= tolerance { return [JoinedPair(key: key, left: row, right: between)] }
            return [pair(key, row)]
        }
        if right.takeFirst() == nil { known.removeFirst() }
        return []
    }
}

extension AsOfJoin: StreamState {
    public static let name = "as-of-join"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write([tolerance, watermark])
        for number in [limit, evicted] { writer.write(number) }
        writer.write(left)
        writer.write(right)
        writer.write(known)
        writer.write(late)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let numbers = try reader.numbers(Int64.self, "tolerance", count: 2)
        try reader.require((0...1 << 62).contains(numbers[0]), "tolerance", "\(numbers[0]) is out of range")
        self.init(tolerance: numbers[0], limit: try reader.int("limit", in: 2...1 << 24))
        watermark = numbers[1]
        evicted = try reader.count("evicted")
        left = try reader.state(JoinSide.self)
        right = try reader.state(JoinSide.self)
        known = try reader.state(LatestRows.self)
        late = try reader.count("late")
        let held = count, limit = limit
        try reader.require(held <= limit, "rows", "\(held), at most \(limit) are kept")
    }
}
