/// A stretch of the stream as watchers see it: events in the order of their times, and the samples that they completed.
public struct StreamSegment: Sendable {
    /// The events are those of `range`.
    public let events: EventBatch
    public let range: Range<Int>
    public let samples: ScoredSamples
    /// For each sample the row of `events` that completed it, ascending.
    public let rows: [Int]

    public init(events: EventBatch, range: Range<Int>, samples: ScoredSamples, rows: [Int]) {
        self.events = events
        self.range = range
        self.samples = samples
        self.rows = rows
    }
}
