/// Watches each column of the events by a detector of its own, at a level corrected for their number.
///
/// With m columns and a level α for all of them, each detector gets α / m (Bonferroni), so that the chance of a false alarm anywhere is at
/// most α.
public struct FeatureDrift<Detector: DriftDetector>: StreamState, Sendable {
    public private(set) var detectors: [Detector]
    /// The columns that drifted with the last event.
    public private(set) var changed: [Int] = []

    /// - Parameters:
    ///   - columns: their number, 1 to 65,536.
    ///   - level: for all columns together.
    ///   - make: a detector of the level it is given, such as `{ ADWIN(delta: $0) }` or `{ Calibrated(falseAlarms: $0) }`.
    public init(columns: Int, level: Double, _ make: (_ level: Double) -> Detector) {
        precondition((1...1 << 16).contains(columns), "FeatureDrift: \(columns) columns are not in 1...65536")
        detectors = (0..<columns).map { _ in make(level / Double(columns)) }
    }

    /// Takes the next event: drift if any column drifts, else warning if any warns.
    public mutating func on(_ row: [Double]) -> DriftState {
        precondition(row.count == detectors.count, "FeatureDrift: a row of \(row.count), expected \(detectors.count)")
        changed.removeAll(keepingCapacity: true)
        var worst = DriftState.stable
        for column in row.indices {
            let state = detectors[column].on(row[column])
            if state == .drift { changed.append(column) }
            if state.rawValue > worst.rawValue { worst = state }
        }
        return worst
    }

    public var refused: Int { detectors.reduce(0) { $0 + $1.refused } }
    public var memoryLimit: Int { detectors.reduce(MemoryLayout<Self>.size + 8 * detectors.count) { $0 + $1.memoryLimit } }
    public var memoryBytes: Int { detectors.reduce(MemoryLayout<Self>.size + 8 * changed.count) { $0 + $1.memoryBytes } }

    public func write(to writer: inout StateWriter) {
        writer.begin("features")
        writer.write(detectors)
        writer.write(changed)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin("features")
        detectors = try reader.states(Detector.self, "columns", count: 1...1 << 16)
        let places = try reader.numbers(Int64.self, "changed", limit: detectors.count)
        changed = try places.map { place in
            guard (0..<Int64(detectors.count)).contains(place) else { throw StreamError("state", "\(place) is no column", at: "changed") }
            return Int(place)
        }
    }
}
