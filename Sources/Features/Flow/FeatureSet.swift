public import Engine

/// The samples that a table gave: inputs, and the target where it was asked for; and which rows gave none, and why.
public struct FeatureSet: Sendable {
    /// Rows that became no sample, for one reason.
    public struct Dropped: Sendable, Hashable {
        public let reason: String
        /// The table's rows, ascending.
        public let rows: [Int]
    }

    public let inputs: [FeatureArray]
    public let target: FeatureArray?
    /// For each sample the table's row that it ends with, ascending.
    public let rows: [Int]
    /// For each sample its entity's number, and the entities' names.
    public let entities: [Int32]
    public let entityNames: [String]
    public let dropped: [Dropped]

    public var count: Int { rows.count }

    /// The input of this name, or `target`; throws with the nearest name where there is none.
    public func array(_ name: String) throws -> FeatureArray {
        if name == "target", let target { return target }
        if let input = inputs.first(where: { $0.name == name }) { return input }
        throw FeatureError(
            "features", "no array '\(name)'\(hint(for: name, among: inputs.map(\.name) + (target == nil ? [] : ["target"])))")
    }

    /// These samples as tensors with the samples on the first axis: the inputs, then `target`.
    public func tensors(of samples: [Int]) -> [(name: String, tensor: Tensor)] {
        (inputs + (target.map { [$0] } ?? [])).map { ($0.name, $0.tensor(of: samples)) }
    }

    /// One line a reason, such as `12 rows dropped: the target is missing`; empty where no row was dropped.
    public var summary: String {
        dropped.map { "\($0.rows.count) row\($0.rows.count == 1 ? "" : "s") dropped: \($0.reason)" }.joined(separator: "\n")
    }
}
