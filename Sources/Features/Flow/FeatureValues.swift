/// The numbers of an array, row by row.
public enum FeatureValues: Sendable, Hashable {
    case float([Float])
    case int([Int32])

    public var count: Int {
        switch self {
        case .float(let values): values.count
        case .int(let values): values.count
        }
    }

    /// The numbers, or nil where they are whole.
    public var floats: [Float]? { if case .float(let values) = self { values } else { nil } }
    /// The whole numbers, or nil where they are none.
    public var ints: [Int32]? { if case .int(let values) = self { values } else { nil } }

    /// The bits of the numbers, for comparing exactly.
    public var bits: [UInt32] {
        switch self {
        case .float(let values): values.map(\.bitPattern)
        case .int(let values): values.map(UInt32.init(bitPattern:))
        }
    }
}
