/// How a pipeline deals with the times of its events. All times and spans are in microseconds.
public struct TimePolicy: Sendable, Hashable {
    /// By how much an event may be older than the latest of its part of the source and still be on time. With 0 and one part events
    /// pass at once.
    public var disorder: Int64
    /// A part whose latest event is older than that of another part by more than this holds nobody up; nil waits for all parts for ever.
    public var idle: Int64?
    /// A late event that is late by no more than this passes nevertheless, out of order.
    public var lateness: Int64
    /// Whether events that are later still go to the sinks (`Effect.Kind.late`) or are only counted.
    public var keepsLate: Bool
    /// Most events that wait for earlier ones; one more sends the earliest on.
    public var capacity: Int
    /// An event that is ahead of all before it by more than this is a leap: refused, unless `witnesses` leaps come in a row, with no
    /// other event between them. One clock gone wrong among many so does not make all others late. nil allows every leap.
    public var leap: Int64?
    public var witnesses: Int

    public init(
        disorder: Int64 = 0, idle: Int64? = nil, lateness: Int64 = 0, keepsLate: Bool = true, capacity: Int = 100_000, leap: Int64? = nil,
        witnesses: Int = 5
    ) {
        precondition(
            disorder >= 0 && idle ?? 0 >= 0 && lateness >= 0 && leap ?? 0 >= 0 && (1...1 << 24).contains(capacity)
                && (1...1 << 20).contains(witnesses), "time: a span is negative, or a limit is out of range")
        self.disorder = disorder
        self.idle = idle
        self.lateness = lateness
        self.keepsLate = keepsLate
        self.capacity = capacity
        self.leap = leap
        self.witnesses = witnesses
    }
}
