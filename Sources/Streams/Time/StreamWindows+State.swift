extension StreamWindows: StreamState {
    public static let name = "windows"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(shape)
        writer.write(aggregates.map(\.function.rawValue))
        writer.write(aggregates.map(\.column))
        writer.write(lateness)
        writer.write(limit)
        writer.write(watermark)
        writer.write(late)
        writer.write(forced)
        writer.write(tracks.count)
        for (key, track) in tracks.sorted(by: { $0.key < $1.key }) {
            writer.write(key)
            writer.write(track.panes.count)
            for pane in track.panes {
                writer.write(pane.start)
                writer.write(pane.end)
                writer.write(pane.count)
                writer.write(pane.isTold)
                writer.write(pane.isOpen)
                writer.write(pane.columns.flatMap(\.bits))
            }
        }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let shape = try reader.state(WindowShape.self)
        let functions = try reader.numbers(UInt8.self, "functions", limit: 4096)
        let columns = try reader.numbers(Int64.self, "columns", count: functions.count)
        let aggregates = try zip(functions, columns).map { function, column in
            guard let function = Aggregate.Function(rawValue: function), (0..<4096).contains(column) else {
                throw StreamError("state", "there is no such function or column", at: "aggregates")
            }
            return Aggregate(function, of: Int(column))
        }
        let lateness = try reader.number(Int64.self, "lateness")
        try reader.require((0...WindowShape.longest).contains(lateness), "lateness", "\(lateness) is out of range")
        self.init(shape, aggregates, lateness: lateness, limit: try reader.int("limit", in: 1...1 << 24))
        watermark = try reader.number(Int64.self, "watermark")
        late = try reader.count("late")
        forced = try reader.count("forced")
        var tracks: [String: [WindowPane]] = [:], left = limit
        for _ in 0..<(try reader.int("keys", in: 0...limit)) {
            let key = try reader.text("key"), count = try reader.int("panes", in: 1...max(1, left))
            left -= count
            let panes = try (0..<count).map { _ in try pane(from: &reader) }
            try reader.require(zip(panes, panes.dropFirst()).allSatisfy { $0.start <= $1.start }, "panes", "are not in order")
            try reader.require(left >= 0 && tracks.updateValue(panes, forKey: key) == nil, "key", "comes twice, or there are too many")
        }
        restore(tracks)
    }

    private func pane(from reader: inout StateReader) throws -> WindowPane {
        let start = try reader.number(Int64.self, "start"), end = try reader.number(Int64.self, "end")
        let isUsual = start.magnitude <= 1 << 62 && (shape.isSession ? end > start : shape.pane(of: start) == (start, end &- start))
        try reader.require(
            end.magnitude <= 1 << 62 && isUsual, "pane", "lies where no pane can be")
        var pane = WindowPane(start: start, end: end, columns: [])
        pane.count = try reader.count("count")
        pane.isTold = try reader.truth("is told")
        pane.isOpen = try reader.truth("is open")
        let words = try reader.numbers(UInt64.self, "columns", count: width * ColumnSummary.words)
        pane.columns = (0..<width).map { ColumnSummary(bits: words[$0 * ColumnSummary.words..<($0 + 1) * ColumnSummary.words]) }
        return pane
    }
}

extension WindowShape {
    fileprivate var isSession: Bool { if case .session = self { true } else { false } }
}
