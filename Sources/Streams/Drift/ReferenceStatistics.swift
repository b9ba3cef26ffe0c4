/// What of an event is watched, relative to a reference part of the stream.
protocol ReferenceStatistics: StreamState, Sendable {
    /// Numbers per event.
    var inputs: Int { get }
    /// Statistics per event.
    var outputs: Int { get }
    /// The tilts of each statistic.
    var tilts: [[Double]] { get }
    /// What a single event may add to a sum of likelihood ratios.
    var cap: Double { get }
    /// Learns location and scale from a reference, [event, input].
    mutating func fit(_ rows: [Double])
    /// The statistics of one event.
    func measure(_ row: UnsafePointer<Double>, into statistics: UnsafeMutablePointer<Double>)
}

extension ReferenceStatistics {
    var cap: Double { 4 }

    /// The statistics of many events, [event, statistic].
    func measured(_ rows: [Double]) -> [Double] {
        let events = rows.count / inputs
        return [Double](unsafeUninitializedCapacity: events * outputs) { memory, count in
            rows.withUnsafeBufferPointer { rows in
                for event in 0..<events { measure(rows.baseAddress! + event * inputs, into: memory.baseAddress! + event * outputs) }
            }
            count = events * outputs
        }
    }
}
