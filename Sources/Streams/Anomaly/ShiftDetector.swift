/// Finds when sensors leave their level together or one alone, and when they are back.
///
/// Every sensor has a short mean and a long one (exponential, of about `short` and `long` events). Their difference, in units of its own
/// root mean square during training, is the sensor's deviation; the largest deviation of all sensors is the score:
///
///     z_i = |short_i − long_i| / √(mean over training of (short_i − long_i)²)
///
/// At the threshold the state becomes abnormal: all long means stand still, and the sensor that left furthest in the first 2 · `short`
/// events leads. The state is normal again when the leader has come back to `release` of its peak.
public struct ShiftDetector: StreamState, Sendable {
    /// Events of the short means.
    public let short: Int
    /// Events of the long means.
    public let long: Int
    public let threshold: Double
    /// The part of the leader's peak at which the abnormal state ends.
    public let release: Double
    public private(set) var isAbnormal = false
    /// The sensor that makes the state abnormal.
    public private(set) var leader: Int?
    /// The largest deviation after the last event.
    public private(set) var score = 0.0

    private let scales: [Double]
    private var shorts: [Double]
    private var longs: [Double]
    private var peak = 0.0
    private var age = 0

    /// Learns levels and scales from normal rows, one value a sensor, at least 4 · `short` of them.
    ///
    /// - Throws: `StreamError` if the rows are too few, of different lengths or not finite.
    public init(normal rows: [[Double]], threshold: Double = 6, short: Int = 10, long: Int = 100, release: Double = 0.5) throws {
        guard short >= 1, long > short, threshold > 0, release > 0, release < 1 else {
            throw StreamError("shift", "short \(short), long \(long), threshold \(threshold) or release \(release) is out of range")
        }
        let sensors = rows.first?.count ?? 0, opening = 5 * short, settling = 10 * short
        guard sensors > 0, rows.count >= 2 * settling else {
            throw StreamError("shift", "\(rows.count) normal rows, at least \(2 * settling) are needed")
        }
        for (index, row) in rows.enumerated() {
            guard row.count == sensors else {
                throw StreamError("shift", "has \(row.count) values, row 0 has \(sensors)", at: "row \(index)")
            }
            guard row.allSatisfy({ $0.magnitude <= 1e100 }) else {
                throw StreamError("shift", "has a value that is not finite", at: "row \(index)")
            }
        }
        (self.short, self.long, self.threshold, self.release) = (short, long, threshold, release)
        shorts = (0..<sensors).map { sensor in rows[..<opening].reduce(0) { $0 + $1[sensor] } / Double(opening) }
        longs = shorts
        var squares = [Double](repeating: 0, count: sensors)
        for (index, row) in rows.enumerated() {
            // At first the long mean is the mean of all so far, the opening counted once more.
            let weight = max(1 / Double(long), 1 / Double(index + opening + 1))
            for sensor in 0..<sensors {
                shorts[sensor] += (row[sensor] - shorts[sensor]) / Double(short)
                let difference = shorts[sensor] - longs[sensor]
                if index >= settling { squares[sensor] += difference * difference }
                longs[sensor] += weight * (row[sensor] - longs[sensor])
            }
        }
        scales = squares.map { ($0 / Double(rows.count - settling)).squareRoot() + 1e-9 }
    }

    /// Whether the state is abnormal after this row. A value that is not finite leaves its sensor as it was.
    ///
    /// - Throws: `StreamError` if the row has another length.
    public mutating func on(_ row: [Double]) throws -> Bool {
        guard row.count == scales.count else { throw StreamError("shift", "a row of \(row.count) values for \(scales.count) sensors") }
        var deviations = scales
        for sensor in row.indices {
            if row[sensor].magnitude <= 1e100 { shorts[sensor] += (row[sensor] - shorts[sensor]) / Double(short) }
            deviations[sensor] = abs(shorts[sensor] - longs[sensor]) / scales[sensor]
        }
        let furthest = deviations.indices.reduce(0) { deviations[$1] > deviations[$0] ? $1 : $0 }
        score = deviations[furthest]
        if let leading = leader {
            age += 1
            let leading = age <= 2 * short && score > peak ? furthest : leading
            leader = leading
            peak = max(peak, deviations[leading])
            isAbnormal = deviations[leading] >= max(release * peak, 0.9 * threshold)
            if !isAbnormal { leader = nil }
        } else if score >= threshold {
            (isAbnormal, leader, peak, age) = (true, furthest, score, 0)
        }
        if !isAbnormal {
            for sensor in row.indices where row[sensor].magnitude <= 1e100 { longs[sensor] += (row[sensor] - longs[sensor]) / Double(long) }
        }
        return isAbnormal
    }

    public static let name = "shift-detector"
    public var memoryLimit: Int { MemoryLayout<Self>.size + 24 * scales.count }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        for number in [short, long, age, leader ?? -1] { writer.write(number) }
        writer.write([threshold, release, score, peak])
        for numbers in [scales, shorts, longs] { writer.write(numbers) }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        short = try reader.int("short", in: 1...(1 << 30))
        long = try reader.int("long", in: short + 1...(1 << 31))
        age = try reader.count("age")
        let leading = try reader.int("leader", in: -1...(1 << 30))
        let numbers = try reader.finite("numbers", count: 4)
        (threshold, release, score, peak) = (numbers[0], numbers[1], numbers[2], numbers[3])
        scales = try reader.numbers(Double.self, "scales")
        shorts = try reader.finite("shorts", count: scales.count)
        longs = try reader.finite("longs", count: scales.count)
        leader = leading < 0 ? nil : leading
        isAbnormal = leader != nil
        try reader.require(threshold > 0 && release > 0 && release < 1 && score >= 0 && peak >= 0, "numbers", "are out of range")
        try reader.require(
            !scales.isEmpty && leading < scales.count && scales.allSatisfy { $0 > 0 && $0.isFinite }, "scales", "are out of range")
    }
}
