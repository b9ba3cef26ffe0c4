/// Joins rows of two streams that have the same key and happened near each other:
///
///     lower ≤ time(right) − time(left) ≤ upper
///
/// A pair is told as soon as both of its rows are there. A row is kept until the watermark says that nothing more can belong to it;
/// with `outer` a left row that then had no partner is told alone. Memory: `limit` rows, both sides together; one more takes the place of
/// the earliest, which is counted in `evicted`.
public struct IntervalJoin: Sendable {
    public let lower: Int64
    public let upper: Int64
    public let outer: Bool
    public let limit: Int
    public private(set) var watermark = Int64.min
    /// Rows given up before their time.
    public private(set) var evicted = 0
    /// Rows that came after the watermark had passed all that could belong to them.
    public private(set) var late = 0
    private var left = JoinSide(), right = JoinSide()
    /// Left rows that have had a partner, by key and place; kept with `outer` alone.
    private var paired: [String: Set<SourcePlace>] = [:]

    public init(from lower: Int64, through upper: Int64, outer: Bool = false, limit: Int = 100_000) {
        let spans = -WindowShape.longest...WindowShape.longest
        precondition(
            lower <= upper && spans.contains(lower) && spans.contains(upper) && (2...1 << 24).contains(limit),
            "join: the interval or the limit is out of range")
        self.lower = lower
        self.upper = upper
        self.outer = outer
        self.limit = limit
    }

    /// Rows that are kept.
    public var count: Int { left.count + right.count }

    public mutating func onLeft(_ key: String, _ row: JoinRow) -> [JoinedPair] {
        guard row.time + max(upper, 0) >= watermark else {
            late += 1
            return []
        }
        var pairs = makeRoom()
        let partners = right.rows(of: key, from: row.time + lower, through: row.time + upper)
        pairs += partners.map { JoinedPair(key: key, left: row, right: $0) }
        left.add(key, row)
        if outer, !partners.isEmpty { paired[key, default: []].insert(row.place) }
        return pairs
    }

    public mutating func onRight(_ key: String, _ row: JoinRow) -> [JoinedPair] {
        guard row.time - min(lower, 0) >= watermark else {
            late += 1
            return []
        }
        var pairs = makeRoom()
        let partners = left.rows(of: key, from: row.time - upper, through: row.time - lower)
        pairs += partners.map { JoinedPair(key: key, left: $0, right: row) }
        right.add(key, row)
        if outer { for partner in partners { paired[key, default: []].insert(partner.place) } }
        return pairs
    }

    /// Gives up what nothing can belong to any more.
    ///
    /// - Returns: with `outer` the left rows among them that had no partner.
    public mutating func advance(to watermark: Int64) -> [JoinedPair] {
        self.watermark = max(self.watermark, watermark)
        var alone: [JoinedPair] = []
        while let time = left.earliest, time + upper < self.watermark { alone += giveUpLeft() }
        while let time = right.earliest, time - lower < self.watermark { _ = right.takeFirst() }
        return alone
    }

    private mutating func giveUpLeft() -> [JoinedPair] {
        guard let (key, row) = left.takeFirst(), outer else { return [] }
        if paired[key]?.remove(row.place) != nil {
            if paired[key]?.isEmpty == true { paired[key] = nil }
            return []
        }
        return [JoinedPair(key: key, left: row, right: nil)]
    }

    private mutating func makeRoom() -> [JoinedPair] {
        guard count == limit else { return [] }
        evicted += 1
        if let first = left.earliest, first <= right.earliest ?? .max { return giveUpLeft() }
        _ = right.takeFirst()
        return []
    }
}

extension IntervalJoin: StreamState {
    public static let name = "interval-join"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write([lower, upper, watermark])
        writer.write(outer)
        for number in [limit, evicted, late] { writer.write(number) }
        writer.write(left)
        writer.write(right)
        writer.write(paired.count)
        for (key, places) in paired.sorted(by: { $0.key < $1.key }) {
            writer.write(key)
            let places = places.sorted()
            writer.write(places.map(\.part))
            writer.write(places.map(\.offset))
        }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let spans = try reader.numbers(Int64.self, "interval", count: 3), limits = -WindowShape.longest...WindowShape.longest
        try reader.require(spans[0] <= spans[1] && limits.contains(spans[0]) && limits.contains(spans[1]), "interval", "is out of range")
        let outer = try reader.truth("outer"), limit = try reader.int("limit", in: 2...1 << 24)
        self.init(from: spans[0], through: spans[1], outer: outer, limit: limit)
        watermark = spans[2]
        evicted = try reader.count("evicted")
        late = try reader.count("late")
        left = try reader.state(JoinSide.self)
        right = try reader.state(JoinSide.self)
        let held = count
        try reader.require(held <= limit, "rows", "\(held), at most \(limit) are kept")
        for _ in 0..<(try reader.int("keys", in: 0...left.count)) {
            let key = try reader.text("key")
            let parts = try reader.numbers(Int32.self, "parts"), offsets = try reader.numbers(UInt64.self, "offsets", count: parts.count)
            let places = Set(zip(parts, offsets).map { SourcePlace(part: $0, offset: $1) })
            let known = Set(left.rows[key]?.map(\.place) ?? [])
            try reader.require(!places.isEmpty && places.isSubset(of: known) && paired[key] == nil, "partners", "are of rows not there")
            paired[key] = places
        }
    }
}
