/// One side of a join: when it happened, its values, and where it stood in its source.
public struct JoinRow: Sendable, Hashable {
    /// In microseconds since 1970.
    public let time: Int64
    public let place: SourcePlace
    public let values: [Double]

    public init(_ time: Int64, _ values: [Double], at place: SourcePlace = SourcePlace(offset: 0)) {
        self.time = min(max(time, Watermarks.bounds.lowerBound), Watermarks.bounds.upperBound)
        self.values = values
        self.place = place
    }

    /// By time, then by place.
    func comes(before other: JoinRow) -> Bool { time == other.time ? place < other.place : time < other.time }
}

/// Two rows that belong together.
public struct JoinedPair: Sendable, Hashable {
    public let key: String
    public let left: JoinRow
    /// nil where nothing on the right belongs to the left row.
    public let right: JoinRow?
}

extension JoinRow: StreamState {
    public func write(to writer: inout StateWriter) {
        writer.write(time)
        writer.write(place.part)
        writer.write(place.offset)
        writer.write(values)
    }

    public init(from reader: inout StateReader) throws {
        let time = try reader.number(Int64.self, "time")
        try reader.require(Watermarks.bounds.contains(time), "time", "\(time) is out of range")
        let place = SourcePlace(part: try reader.number(Int32.self, "part"), offset: try reader.number(UInt64.self, "offset"))
        self.init(time, try reader.numbers(Double.self, "values", limit: 1 << 16), at: place)
    }
}
