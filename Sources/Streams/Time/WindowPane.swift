/// A piece of time with what is known of its events.
struct WindowPane: Sendable {
    /// A multiple of the step; of a session the time of its first event.
    let start: Int64
    /// Behind its last moment.
    let end: Int64
    var count = 0
    var columns: [ColumnSummary]
    /// Whether a window with it has been told.
    var isTold = false
    /// Of a session: whether it has changed since it was told.
    var isOpen = true

    mutating func close() { (isTold, isOpen) = (true, false) }

    fileprivate mutating func add(_ time: Int64, _ values: [Double]) {
        count &+= 1
        for column in columns.indices { columns[column].add(values[column], at: time) }
        isOpen = true
    }

    /// Both as one, which lasts from the earlier start to the later end.
    fileprivate func joined(with other: WindowPane) -> WindowPane {
        var both = WindowPane(
            start: min(start, other.start), end: max(end, other.end), count: count &+ other.count, columns: columns,
            isTold: isTold || other.isTold)
        for column in columns.indices { both.columns[column].merge(other.columns[column]) }
        return both
    }
}

extension [WindowPane] {
    /// Takes an event into the pane that it belongs to, or into a new one.
    ///
    /// - Returns: the place of that pane.
    mutating func take(_ time: Int64, _ values: [Double], width: Int, _ shape: WindowShape) -> Int {
        let (start, length) = shape.pane(of: time)
        var pane = WindowPane(start: start, end: start + length, columns: [ColumnSummary](repeating: ColumnSummary(), count: width))
        if case .session(let gap, let most) = shape {
            pane.add(time, values)
            // The earlier session first, so that pieces are put together in the order of time.
            for place in indices where self[place].start < pane.end && pane.start < self[place].end {
                let both = self[place].joined(with: pane)
                if both.end - gap - both.start < most {
                    pane = both
                    remove(at: place)
                    return takeNext(into: pane, gap, most)
                }
            }
            return place(pane)
        }
        if let place = lastIndex(where: { $0.start <= start }), self[place].start == start {
            self[place].add(time, values)
            return place
        }
        pane.add(time, values)
        return place(pane)
    }

    /// Joins a session with the one behind it where the event in between has closed the gap.
    private mutating func takeNext(into session: WindowPane, _ gap: Int64, _ most: Int64) -> Int {
        for place in indices where self[place].start < session.end && session.start < self[place].end {
            let both = session.joined(with: self[place])
            if both.end - gap - both.start < most {
                remove(at: place)
                return self.place(both)
            }
        }
        return place(session)
    }

    private mutating func place(_ pane: WindowPane) -> Int {
        let place = (lastIndex { $0.start <= pane.start } ?? -1) + 1
        insert(pane, at: place)
        return place
    }
}

extension WindowShape {
    /// The length of a window; a session has none.
    var length: Int64? {
        switch self {
        case .tumbling(let length, _), .sliding(let length, _, _): length
        case .session: nil
        }
    }

    /// Whether a window may end at this moment; a session may at any.
    func isEnd(_ time: Int64) -> Bool {
        if case .session = self { return true }
        return pane(of: time).start == time
    }

    /// Whether a pane belongs to the window with this end, one that `isEnd`.
    func holds(_ pane: WindowPane, end: Int64) -> Bool {
        guard let length else { return pane.end == end }
        return pane.end <= end && end - length <= pane.start
    }

    /// The first end behind a moment of the windows that a pane belongs to.
    func nextEnd(of pane: WindowPane, after time: Int64) -> Int64? {
        let last = lastEnd(of: pane)
        if time < pane.end { return pane.end }
        if time >= last { return nil }
        return self.pane(of: time).start + (pane.end - pane.start)
    }

    /// The end of the last window that a pane belongs to.
    func lastEnd(of pane: WindowPane) -> Int64 { length.map { pane.start + $0 } ?? pane.end }

    /// The end of the last window that a moment belongs to.
    func lastEnd(of time: Int64) -> Int64 {
        let (start, paneLength) = pane(of: time)
        return start + (length ?? paneLength)
    }
}
