public import Features

/// Parts that take turns at being the test: cross-validation.
public struct Folds: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case plain
        /// Every fold has its share of each value of the column, to a row.
        case stratified(by: String)
        /// Rows with the same values stay together; the largest groups are dealt out first, each to the smallest fold.
        case group(by: [String])
        /// As many folds as there are groups.
        case leaveOneGroupOut(by: [String])
    }

    public struct Fold: Sendable, Hashable {
        /// `1`, `2`, ..., or the name of the group that is left out.
        public let name: String
        public let train: [Int]
        public let test: [Int]
    }

    public let count: Int
    public let kind: Kind
    public let seed: UInt64

    /// `count` does not matter where one group is left out at a time.
    public init(_ count: Int = 5, _ kind: Kind = .plain, seed: UInt64 = 0) {
        self.count = count
        self.kind = kind
        self.seed = seed
    }

    /// The folds of a table, a function of the seed and the rows' numbers or groups' names.
    public func callAsFunction(_ frame: Frame) throws -> [Fold] {
        let hash = SplitHash(seed: seed)
        var fold = [Int](repeating: 0, count: frame.rowCount), names: [String] = []
        func demand(_ available: Int, _ what: String) throws {
            if count < 2 || count > available { throw DatasetError("folds", "\(count) folds of \(available) \(what)") }
            names = (1...count).map(String.init)
        }
        switch kind {
        case .plain, .stratified:
            try demand(frame.rowCount, "rows")
            var columns: [String] = []
            if case .stratified(let column) = kind { columns = [column] }
            var next = 0
            for stratum in try Split.groups(frame, columns).sorted(by: { $0.name < $1.name }) {
                for row in Split.ranked(stratum.rows, hash) {
                    fold[row] = next % count
                    next += 1
                }
            }
        case .group(let columns):
            let groups = try named(frame, columns)
            try demand(groups.count, "groups")
            var sizes = [Int](repeating: 0, count: count)
            let order = groups.sorted { $0.rows.count == $1.rows.count ? hash($0.name) < hash($1.name) : $0.rows.count > $1.rows.count }
            for group in order {
                let smallest = sizes.indices.min { sizes[$0] < sizes[$1] } ?? 0
                for row in group.rows { fold[row] = smallest }
                sizes[smallest] += group.rows.count
            }
        case .leaveOneGroupOut(let columns):
            let groups = try named(frame, columns)
            if groups.count < 2 { throw DatasetError("folds", "there is no other group to train on") }
            names = groups.map(\.name)
            for (place, group) in groups.enumerated() { for row in group.rows { fold[row] = place } }
        }
        var tests = [[Int]](repeating: [], count: names.count)
        for (row, place) in fold.enumerated() { tests[place].append(row) }
        return names.indices.map { place in
            Fold(name: names[place], train: fold.indices.filter { fold[$0] != place }, test: tests[place])
        }
    }

    private func named(_ frame: Frame, _ columns: [String]) throws -> [(name: String, rows: [Int])] {
        if columns.isEmpty { throw DatasetError("folds", "folds by group need a column") }
        for name in columns where try frame.column(name).nullCount > 0 { throw DatasetError("folds", "some rows have no group", at: name) }
        return try Split.groups(frame, columns)
    }
}
