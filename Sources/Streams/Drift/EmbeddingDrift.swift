/// Watches vectors, such as the embedding before a network's last layer, for shifts of their mean and their spread.
///
/// Each vector is projected on random directions; the projections and their mean square are watched by charts of log-likelihood ratios
/// under one threshold, calibrated as in `Calibrated`.
public struct EmbeddingDrift: StreamState, Sendable {
    public static let name = "embedding"
    public private(set) var refused = 0
    private var watch: ReferenceWatch<EmbeddingStatistics>
    private var row: [Double]

    /// - Parameters:
    ///   - width: numbers of a vector, 1 to 65,536.
    ///   - directions: random directions, 1 to 256.
    ///   - falseAlarms: alarms per event that the reference itself may give, over all directions.
    public init(
        width: Int, directions: Int = 16, falseAlarms: Double = 1e-4, referenceLength: Int = 1000, after: AfterDrift = .learnAnew,
        seed: UInt64 = 0
    ) {
        precondition(
            (1...1 << 16).contains(width) && (1...256).contains(directions) && width * directions <= EmbeddingStatistics.largestMatrix,
            "EmbeddingDrift: \(directions) directions of \(width) numbers are out of range")
        watch = ReferenceWatch(
            EmbeddingStatistics(inputs: width, directions: directions, seed: seed), falseAlarms: falseAlarms,
            referenceLength: referenceLength, after: after, seed: seed)
        row = Array(repeating: 0, count: width)
    }

    /// Numbers of a vector.
    public var width: Int { row.count }
    public var isWatching: Bool { watch.isWatching }

    /// Takes the next vector; one with a number that is not finite, or beyond 10¹⁵, is refused and counted.
    public mutating func on(_ vector: [Float]) -> DriftState {
        precondition(vector.count == row.count, "EmbeddingDrift: a vector of \(vector.count), expected \(row.count)")
        guard vector.allSatisfy({ $0.magnitude <= 1e15 }) else {
            refused += 1
            return .stable
        }
        for place in row.indices { row[place] = Double(vector[place]) }
        return row.withUnsafeBufferPointer { watch.on($0.baseAddress!) }
    }

    public var memoryLimit: Int {
        MemoryLayout<Self>.size + watch.memoryLimit + 8 * (row.count + watch.statistics.directions * (row.count + 2))
    }
    public var memoryBytes: Int { memoryLimit - watch.memoryLimit + watch.memoryBytes }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(refused)
        writer.write(watch)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        refused = try reader.count("refused")
        watch = try reader.state(ReferenceWatch<EmbeddingStatistics>.self)
        row = Array(repeating: 0, count: watch.statistics.inputs)
    }
}
