/// Watches the frequencies of categories, calibrated as `Calibrated` is.
///
/// For each category charts of log-likelihood ratios wait for odds of a quarter, a half, twice and four times those of the reference.
public struct CategoryDrift: StreamState, Sendable {
    public static let name = "category"
    public let categories: Int
    /// How many events had no category below `categories`.
    public private(set) var refused = 0
    private var watch: ReferenceWatch<CategoryStatistics>

    /// - Parameters:
    ///   - categories: their number, 2 to 4096.
    ///   - falseAlarms: alarms per event that the reference itself may give, over all categories.
    public init(
        categories: Int, falseAlarms: Double = 1e-4, referenceLength: Int = 2000, after: AfterDrift = .learnAnew, seed: UInt64 = 0
    ) {
        precondition((2...4096).contains(categories), "CategoryDrift: \(categories) categories are not in 2...4096")
        self.categories = categories
        watch = ReferenceWatch(
            CategoryStatistics(categories: categories), falseAlarms: falseAlarms, referenceLength: referenceLength, after: after, seed: seed
        )
    }

    public var isWatching: Bool { watch.isWatching }
    /// The category whose frequency gave the last alarm.
    public var changed: Int { watch.culprit }

    public mutating func on(_ category: Int) -> DriftState {
        guard (0..<categories).contains(category) else {
            refused += 1
            return .stable
        }
        return withUnsafePointer(to: Double(category)) { watch.on($0) }
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size + watch.memoryLimit }
    public var memoryBytes: Int { MemoryLayout<Self>.size + watch.memoryBytes }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(refused)
        writer.write(watch)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        refused = try reader.count("refused")
        watch = try reader.state(ReferenceWatch<CategoryStatistics>.self)
        categories = watch.statistics.categories
    }
}
