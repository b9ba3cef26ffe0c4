public import Features

/// How rows are divided for training, validation and testing.
///
/// In JSON `{"by": "group", "column": "unit", "validation": 0.1, "test": 0.2, "seed": 7}`; `by` is one of
/// - `random`: as many rows as the shares say;
/// - `stratified`: so for every value of the column, to a row;
/// - `time`: the earliest rows train, the latest ones test; rows of the same moment stay together;
/// - `group`: rows with the same value of the column (or columns) stay together, as those of one device must.
///
/// Which part a row gets is a function of the seed and its number, or of its group's name, by hashing: no machine and no thread
/// plays a part. A group's place in the hash order does not depend on other groups. With `"stable": true` a row's part
/// depends on nothing but its own hash, so that rows that are added later leave all others where they are; shares are then met on average.
public struct Split: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable { case random, stratified, time, group }

    public let kind: Kind
    public let columns: [String]
    public let validation: Double
    public let test: Double
    public let seed: UInt64
    public let isStable: Bool

    public init(_ kind: Kind = .random, by columns: String..., validation: Double = 0, test: Double, seed: UInt64 = 0, stable: Bool = false)
    {
        self.init(kind, by: columns, validation: validation, test: test, seed: seed, stable: stable)
    }

    public init(_ kind: Kind, by columns: [String], validation: Double = 0, test: Double, seed: UInt64 = 0, stable: Bool = false) {
        self.kind = kind
        self.columns = columns
        self.validation = validation
        self.test = test
        self.seed = seed
        isStable = stable
    }

    /// The parts: `train`, `validation` where its share is above zero, `test`.
    public var names: [String] { validation > 0 ? ["train", "validation", "test"] : ["train", "test"] }

    /// What share of the rows lies before each part's end.
    private var bounds: [Double] { validation > 0 ? [1 - validation - test, 1 - test] : [1 - test] }

    /// Throws where shares or columns make no sense.
    public func check() throws {
        func demand(_ condition: Bool, _ reason: String) throws { if !condition { throw DatasetError("split", reason) } }
        try demand(
            validation >= 0 && test >= 0 && validation + test < 1,
            "shares are not negative and leave something to train on (validation \(validation), test \(test))")
        switch kind {
        case .random: try demand(columns.isEmpty, "a random split has no column")
        case .stratified: try demand(columns.count == 1, "a stratified split needs one column")
        case .time: try demand(columns.count == 1 && !isStable, "a split by time needs one column, and its parts depend on all rows")
        case .group: try demand(!columns.isEmpty, "a split by group needs a column")
        }
    }

    /// Divides the rows of a table.
    public func callAsFunction(_ frame: Frame) throws -> Partition {
        try check()
        let hash = SplitHash(seed: seed), count = frame.rowCount
        var parts = [Int](repeating: 0, count: count)
        switch kind {
        case .random, .stratified:
            if isStable {
                for row in 0..<count { parts[row] = part(ofHash: hash(row)) }
                break
            }
            let strata = try Split.groups(frame, columns)
            var before = 0
            for stratum in strata.sorted(by: { $0.name < $1.name }) {
                let ranked = Split.ranked(stratum.rows, hash)
                // Cut where all strata so far are cut, so that neither one of them nor their sum is off by more than a row.
                for (rank, row) in ranked.enumerated() { parts[row] = part(before + rank, before, stratum.rows.count) }
                before += stratum.rows.count
            }
        case .time:
            let column = try frame.column(columns[0])
            if let row = (0..<count).first(where: column.isNull) { throw DatasetError("split", "row \(row) has no moment", at: columns[0]) }
            let order = try frame.order(by: [SortKey(columns[0])])
            for (rank, row) in order.enumerated() {
                let isTie = rank > 0 && column[order[rank - 1]] == column[row]
                parts[row] = isTie ? parts[order[rank - 1]] : part(ofShare: (Double(rank) + 0.5) / Double(count))
            }
        case .group:
            let groups = try Split.groups(frame, columns)
            for name in columns where try frame.column(name).nullCount > 0 {
                throw DatasetError("split", "some rows have no group", at: name)
            }
            let order = groups.indices.map { (hash(groups[$0].name), $0) }.sorted { $0 < $1 }
            var before = 0
            for (key, group) in order {
                let size = groups[group].rows.count
                let chosen = isStable ? part(ofHash: key) : part(ofShare: (Double(before) + Double(size) / 2) / Double(count))
                for row in groups[group].rows { parts[row] = chosen }
                before += size
            }
        }
        return Partition(names: names, parts: parts)
    }

    private func part(ofShare share: Double) -> Int { bounds.firstIndex { share < $0 } ?? bounds.count }
    private func part(ofHash hash: UInt64) -> Int { part(ofShare: Double(hash >> 11) / 9_007_199_254_740_992) }

    /// The part of the row at this place among all strata, in a stratum that begins at `before` and has `size` rows.
    private func part(_ place: Int, _ before: Int, _ size: Int) -> Int {
        var end = before
        for (part, bound) in bounds.enumerated() {
            let share = part == 0 ? bound : bound - bounds[part - 1]
            // How many of this stratum the part takes: the growth of its rounded total.
            end += Int((share * Double(before + size)).rounded()) - Int((share * Double(before)).rounded())
            if place < end { return part }
        }
        return bounds.count
    }

    /// The rows by the values of columns; all in one group without columns.
    static func groups(_ frame: Frame, _ columns: [String]) throws -> [(name: String, rows: [Int])] {
        let groups = try frame.groups(by: columns), keys = try columns.map { try frame.column($0) }
        return (0..<groups.count).map { group in
            let rows = Array(groups[group])
            return (keys.map { "\($0[rows[0]])" }.joined(separator: "/"), rows)
        }
    }

    /// Rows in the order of their hashes.
    static func ranked(_ rows: [Int], _ hash: SplitHash) -> [Int] { rows.map { (hash($0), $0) }.sorted { $0 < $1 }.map(\.1) }
}

extension Split: Codable {
    private enum Key: String, CodingKey, CaseIterable { case by, column, validation, test, seed, stable }

    public init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Key.allCases.map(\.rawValue), "split")
        let container = try decoder.container(keyedBy: Key.self)
        kind = try container.decodeIfPresent(Kind.self, forKey: .by) ?? .random
        if let one = try? container.decode(String.self, forKey: .column) {
            columns = [one]
        } else {
            columns = try container.decodeIfPresent([String].self, forKey: .column) ?? []
        }
        validation = try container.decodeIfPresent(Double.self, forKey: .validation) ?? 0
        test = try container.decodeIfPresent(Double.self, forKey: .test) ?? 0
        seed = try container.decodeIfPresent(UInt64.self, forKey: .seed) ?? 0
        isStable = try container.decodeIfPresent(Bool.self, forKey: .stable) ?? false
        try check()
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind, forKey: .by)
        if columns.count == 1 {
            try container.encode(columns[0], forKey: .column)
        } else if !columns.isEmpty {
            try container.encode(columns, forKey: .column)
        }
        try container.encode(validation, forKey: .validation)
        try container.encode(test, forKey: .test)
        try container.encode(seed, forKey: .seed)
        if isStable { try container.encode(true, forKey: .stable) }
    }
}
