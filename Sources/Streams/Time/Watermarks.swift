/// How far event time has come: before the watermark nothing more is expected.
///
///     watermark = min over the parts p that are not idle of (latest_p − disorder)
///
/// A part is idle when its latest event is older than that of another part by more than `idle`. The watermark never goes back. It
/// depends on events alone, never on a clock, so that a stream that is read again gives the same.
///
/// Akidau and others: The Dataflow model (VLDB 2015).
public struct Watermarks: StreamState, Sendable {
    /// What an event's time is worth.
    public enum Verdict: Sendable, Hashable {
        case onTime
        /// By so many microseconds.
        case late(Int64)
        /// Ahead of all before it by so many microseconds; it has moved nothing.
        case leap(Int64)
    }

    public let disorder: Int64
    public let idle: Int64?
    public let leap: Int64?
    public let witnesses: Int
    /// Nothing that happened before this moment is expected; the earliest moment at the beginning.
    public private(set) var watermark = Int64.min
    private var parts: [Int32] = []
    private var latest: [Int64] = []
    private var leaps = 0

    /// Parts with a clock of their own; further ones share that of the first.
    public static let mostParts = 4096
    /// Times are held within these bounds, so that sums with spans do not overflow.
    static let bounds: ClosedRange<Int64> = -(1 << 61)...(1 << 61)

    public init(_ policy: TimePolicy = TimePolicy()) {
        disorder = min(policy.disorder, Self.bounds.upperBound)
        idle = policy.idle
        leap = policy.leap
        witnesses = policy.witnesses
    }

    /// The latest moment of all parts.
    public var latestTime: Int64? { latest.max() }

    /// Takes note of an event's time.
    public mutating func on(_ time: Int64, part: Int32 = 0) -> Verdict {
        let time = min(max(time, Self.bounds.lowerBound), Self.bounds.upperBound)
        if let leap, let before = latestTime, time > before, time - before > leap {
            leaps += 1
            if leaps < witnesses { return .leap(time - before) }
        }
        leaps = 0
        let lateness = watermark == .min ? 0 : watermark - time
        let place = place(of: part)
        if place == latest.count {
            parts.append(part)
            latest.append(time)
            advance()
        } else if time > latest[place] {
            latest[place] = time
            advance()
        }
        return lateness > 0 ? .late(lateness) : .onTime
    }

    /// Raises the watermark though earlier events may still come: there was no room to wait for them.
    mutating func raise(to moment: Int64) { watermark = max(watermark, moment) }

    private func place(of part: Int32) -> Int {
        if parts.first == part { return 0 }
        if let place = parts.firstIndex(of: part) { return place }
        return parts.count < Self.mostParts ? parts.count : 0
    }

    private mutating func advance() {
        var newest = latest[0], oldest = latest[0]
        if latest.count > 1 {
            for moment in latest { newest = max(newest, moment) }
            oldest = newest
            for moment in latest where idle.map({ newest - moment <= $0 }) ?? true { oldest = min(oldest, moment) }
        }
        watermark = max(watermark, oldest - disorder)
    }

    public static let name = "watermarks"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        for number in [disorder, idle ?? -1, leap ?? -1, watermark] { writer.write(number) }
        writer.write(witnesses)
        writer.write(leaps)
        writer.write(parts)
        writer.write(latest)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        disorder = try reader.number(Int64.self, "disorder")
        let spans = try (0..<2).map { _ in try reader.number(Int64.self, "span") }
        idle = spans[0] == -1 ? nil : spans[0]
        leap = spans[1] == -1 ? nil : spans[1]
        watermark = try reader.number(Int64.self, "watermark")
        witnesses = try reader.int("witnesses", in: 1...1 << 20)
        leaps = try reader.int("leaps", in: 0...witnesses)
        parts = try reader.numbers(Int32.self, "parts", limit: Self.mostParts)
        latest = try reader.numbers(Int64.self, "latest", count: parts.count)
        let (disorder, idle, leap, watermark, parts, latest) = (disorder, idle, leap, watermark, parts, latest)
        try reader.require(
            Self.bounds.contains(disorder) && disorder >= 0 && idle ?? 0 >= 0 && leap ?? 0 >= 0
                && (watermark == .min || (2 * Self.bounds.lowerBound...Self.bounds.upperBound).contains(watermark))
                && Set(parts).count == parts.count && latest.allSatisfy(Self.bounds.contains), "watermarks", "are out of range")
    }
}
