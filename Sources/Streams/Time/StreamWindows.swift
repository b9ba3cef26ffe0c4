/// Aggregates of a stream's events in windows of time, for each key on its own.
///
/// A window is told when the watermark reaches its end, in the order of ends and keys; it is kept for `lateness` longer, and a late event
/// that changes it makes it told again. Memory: `limit` panes, the pieces that windows are made of (a tumbling window is one pane, a
/// sliding one length / step of them, a session one). When there are more, the one whose window would close first is closed by force.
///
///     var windows = StreamWindows(.tumbling(60_000_000), [Aggregate(.mean, of: 0)])
///     for event in events {
///         results += windows.on(event.key, at: event.time, event.values)
///         results += windows.advance(to: watermark)
///     }
public struct StreamWindows: Sendable {
    /// The panes of a key, and when the next of its windows is due at the earliest.
    struct Track: Sendable {
        var panes: [WindowPane] = []
        var due = Int64.max
    }

    private struct Due: Comparable, Sendable {
        let time: Int64
        let key: String
        static func < (a: Self, b: Self) -> Bool { a.time == b.time ? a.key < b.key : a.time < b.time }
    }

    public let shape: WindowShape
    public let aggregates: [Aggregate]
    public let lateness: Int64
    public let limit: Int
    public internal(set) var watermark = Int64.min
    /// Events that were too late for all of their windows.
    public internal(set) var late = 0
    /// Panes that were given up before their time.
    public internal(set) var forced = 0
    /// Panes that are open.
    public private(set) var paneCount = 0
    private(set) var tracks: [String: Track] = [:]
    /// What is due when; of a key that stands there more often only the entry of its track's moment counts.
    private var agenda = MinHeap<Due>()
    let width: Int

    public init(_ shape: WindowShape, _ aggregates: [Aggregate], lateness: Int64 = 0, limit: Int = 100_000) {
        precondition(
            shape.isUsable && aggregates.count <= 4096 && (0...WindowShape.longest).contains(lateness) && (1...1 << 24).contains(limit),
            "windows: spans or limits are out of range")
        self.shape = shape
        self.aggregates = aggregates
        self.lateness = lateness
        self.limit = limit
        width = 1 + (aggregates.map(\.column).max() ?? -1)
    }

    /// Takes an event, whose values lie where the aggregates' columns say.
    ///
    /// - Returns: windows that it changes after their end, and windows that had to be closed.
    public mutating func on(_ key: String, at time: Int64, _ values: [Double]) -> [WindowResult] {
        precondition(values.count >= width, "windows: \(values.count) values, the aggregates read \(width)")
        let time = min(max(time, Watermarks.bounds.lowerBound), Watermarks.bounds.upperBound)
        guard shape.lastEnd(of: time) + lateness > watermark else {
            late += 1
            return []
        }
        var track = tracks.removeValue(forKey: key) ?? Track()
        let before = track.panes.count
        let changed = track.panes.take(time, values, width: width, shape)
        paneCount += track.panes.count - before
        var results: [WindowResult] = []
        var end = shape.nextEnd(of: track.panes[changed], after: watermark.subtractingReportingOverflow(lateness).partialValue)
        while let told = end, told <= watermark {
            results.append(result(key, track.panes, end: told, isUpdate: true))
            track.panes[changed].close()
            end = shape.nextEnd(of: track.panes[changed], after: told)
        }
        let due = nextDue(track.panes[changed...changed], after: watermark)
        if due < track.due {
            track.due = due
            agenda.push(Due(time: due, key: key))
        }
        tracks[key] = track
        if agenda.count > 2 * tracks.count + 64 { planAnew() }
        while paneCount > limit { results += closeFirst() }
        return results
    }

    /// Tells the windows that end at or before the watermark.
    public mutating func advance(to watermark: Int64) -> [WindowResult] {
        if watermark <= self.watermark { return [] }
        self.watermark = watermark
        var results: [WindowResult] = []
        while let due = agenda.first, due.time <= watermark {
            _ = agenda.pop()
            guard var track = tracks[due.key], track.due == due.time else { continue }
            results += tell(due.key, &track, at: due.time)
            let shape = shape, lateness = lateness
            forget(&track) { shape.lastEnd(of: $0) + lateness <= due.time }
            put(due.key, track, after: due.time)
        }
        return results
    }

    /// Tells all that is open, at the end of a stream.
    public mutating func finish() -> [WindowResult] { advance(to: .max) }

    // MARK: One key

    private mutating func tell(_ key: String, _ track: inout Track, at time: Int64, isForced: Bool = false) -> [WindowResult] {
        if case .session = shape {
            return track.panes.indices.compactMap { place in
                guard track.panes[place].end <= time, track.panes[place].isOpen else { return nil }
                defer { track.panes[place].close() }
                return result(
                    key, [track.panes[place]], end: track.panes[place].end, isUpdate: track.panes[place].isTold, isForced: isForced)
            }
        }
        guard shape.isEnd(time), track.panes.contains(where: { shape.holds($0, end: time) }) else { return [] }
        return [result(key, track.panes, end: time, isUpdate: false, isForced: isForced)]
    }

    private mutating func forget(_ track: inout Track, _ isPast: (WindowPane) -> Bool) {
        let before = track.panes.count
        track.panes.removeAll(where: isPast)
        paneCount -= before - track.panes.count
    }

    private mutating func put(_ key: String, _ track: Track, after time: Int64) {
        var track = track
        if track.panes.isEmpty {
            tracks[key] = nil
            return
        }
        track.due = nextDue(track.panes[...], after: time)
        agenda.push(Due(time: track.due, key: key))
        tracks[key] = track
    }

    /// The next moment at which a window ends or a pane is forgotten.
    private func nextDue(_ panes: ArraySlice<WindowPane>, after time: Int64) -> Int64 {
        var next = Int64.max
        for pane in panes {
            if let end = shape.nextEnd(of: pane, after: time) { next = min(next, end) }
            let last = shape.lastEnd(of: pane) + lateness
            if last > time { next = min(next, last) }
        }
        return next
    }

    /// Makes room: the pane that belongs to the window which is due first is told and given up.
    private mutating func closeFirst() -> [WindowResult] {
        while let due = agenda.pop() {
            guard var track = tracks[due.key], track.due == due.time else { continue }
            let results = due.time > watermark ? tell(due.key, &track, at: due.time, isForced: true) : []
            let first = track.panes[0].start
            forget(&track) { $0.start == first }
            forced += 1
            put(due.key, track, after: max(watermark, due.time - 1))
            return results
        }
        return []
    }

    private mutating func planAnew() {
        agenda = MinHeap()
        for (key, track) in tracks { agenda.push(Due(time: track.due, key: key)) }
    }

    private func result(_ key: String, _ panes: [WindowPane], end: Int64, isUpdate: Bool, isForced: Bool = false) -> WindowResult {
        var count = 0, columns = [ColumnSummary](repeating: ColumnSummary(), count: width), start = end
        for pane in panes where shape.holds(pane, end: end) {
            count &+= pane.count
            start = min(start, pane.start)
            for column in columns.indices { columns[column].merge(pane.columns[column]) }
        }
        return WindowResult(
            key: key, start: shape.length.map { end - $0 } ?? start, end: end, count: count,
            values: aggregates.map { columns[$0.column].value($0.function) }, isUpdate: isUpdate, isForced: isForced)
    }

    // MARK: State

    mutating func restore(_ tracks: [String: [WindowPane]]) {
        self.tracks = [:]
        paneCount = 0
        for (key, panes) in tracks {
            paneCount += panes.count
            self.tracks[key] = Track(panes: panes, due: nextDue(panes[...], after: watermark))
        }
        planAnew()
    }
}
