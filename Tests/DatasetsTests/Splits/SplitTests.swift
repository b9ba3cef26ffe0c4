import Datasets
import Features
import Formats
import Testing

private func table(_ count: Int) throws -> Frame {
    try Frame([
        "x": Column((0..<count).map { Double(($0 * 7919) % 1009) }),
        "kind": Column((0..<count).map { ["a", "b", "b", "c", "c", "c", "c"][$0 % 7] }),
        "unit": Column((0..<count).map { ($0 / 13) % 23 }), "time": Column(timestamps: (0..<count).map { Int64(($0 * 31) % count) / 4 }),
    ])
}

private func isPartition(_ rows: [[Int]], of count: Int) -> Bool {
    rows.flatMap(\.self).sorted() == Array(0..<count) && rows.allSatisfy { $0 == $0.sorted() }
}

@Suite("Split") struct SplitTests {
    @Test func `shares are met and every row is in one part`() throws {
        let frame = try table(1000)
        let random = try Split(validation: 0.1, test: 0.2, seed: 7)(frame)
        #expect(random.summary == "train 700, validation 100, test 200")
        #expect(isPartition(random.rows, of: 1000))
        #expect(try Split(validation: 0.1, test: 0.2, seed: 7)(frame) == random)
        #expect(try Split(validation: 0.1, test: 0.2, seed: 8)(frame) != random)
        // Fixed numbers: a part that changes from machine to machine, or from version to version, spoils every comparison.
        #expect(Array(random.rows[2].prefix(8)) == [0, 5, 19, 23, 24, 30, 39, 53])
        #expect(throws: DatasetError("split", "no part 'tset'; did you mean 'test'?")) { try random.rows(of: "tset") }
    }

    @Test func `stratified parts have every class to a row`() throws {
        for count in [70, 101, 1003] {
            let frame = try table(count), parts = try Split(.stratified, by: "kind", validation: 0.15, test: 0.25, seed: 3)(frame)
            #expect(isPartition(parts.rows, of: count))
            for (rows, share) in zip(parts.rows, [0.6, 0.15, 0.25]) {
                #expect(abs(Double(rows.count) - share * Double(count)) <= 1.5)
                for kind in ["a", "b", "c"] {
                    let all = (0..<count).filter { frame[$0, "kind"] == .string(kind) }.count,
                        here = rows.filter { frame[$0, "kind"] == .string(kind) }.count
                    #expect(abs(Double(here) - share * Double(all)) <= 2)
                }
            }
        }
    }

    @Test func `a split by time never trains on the future, equal moments stay together`() throws {
        let frame = try table(400), parts = try Split(.time, by: "time", validation: 0.2, test: 0.2)(frame)
        #expect(isPartition(parts.rows, of: 400))
        let moments = try parts.rows.map { rows in
            try rows.map { row in
                if case .timestamp(let moment) = frame[row, "time"] { moment } else { throw DatasetError("test", "no moment") }
            }
        }
        #expect(moments.allSatisfy { $0.count > 70 })
        for (earlier, later) in zip(moments, moments.dropFirst()) { #expect((earlier.max() ?? 0) < (later.min() ?? 0)) }
        #expect(throws: DatasetError("split", "row 1 has no moment", at: "t")) {
            try Split(.time, by: "t", test: 0.2)(Frame(["t": Column(timestamps: [1, nil])]))
        }
    }

    @Test func `groups stay together`() throws {
        let frame = try table(900), parts = try Split(.group, by: "unit", validation: 0.2, test: 0.2, seed: 5)(frame)
        #expect(isPartition(parts.rows, of: 900))
        let units = parts.rows.map { Set($0.map { frame[$0, "unit"] }) }
        #expect(units[0].isDisjoint(with: units[1]) && units[0].isDisjoint(with: units[2]) && units[1].isDisjoint(with: units[2]))
        #expect(units.allSatisfy { $0.count >= 3 })
    }

    @Test func `in a stable split new rows move no old ones`() throws {
        let small = try table(500), large = try table(900)
        let before = try Split(test: 0.3, stable: true)(small), after = try Split(test: 0.3, stable: true)(large)
        #expect(after.rows[1].filter { $0 < 500 } == before.rows[1])
        #expect((110...190).contains(before.rows[1].count))
        let groups = try Split(.group, by: "unit", test: 0.3, stable: true)(small),
            more = try Split(.group, by: "unit", test: 0.3, stable: true)(large)
        #expect(more.rows[1].filter { $0 < 500 } == groups.rows[1])
    }

    @Test func `the JSON form is read and checked`() throws {
        let split: Split = try JSON(parsing: #"{"by": "group", "column": "unit", "validation": 0.1, "test": 0.2, "seed": 7}"#).decoded()
        #expect(split == Split(.group, by: "unit", validation: 0.1, test: 0.2, seed: 7))
        #expect(try JSON(encoding: split).decoded(as: Split.self) == split)
        #expect(throws: DatasetError("split", "unknown key 'tset'; did you mean 'test'?")) {
            try JSON(parsing: #"{"tset": 0.2}"#).decoded(as: Split.self)
        }
        #expect(throws: DatasetError("split", "a split by group needs a column")) {
            try JSON(parsing: #"{"by": "group", "test": 0.2}"#).decoded(as: Split.self)
        }
        #expect(throws: DatasetError("split", "shares are not negative and leave something to train on (validation 0.5, test 0.5)")) {
            try Split(validation: 0.5, test: 0.5).check()
        }
    }
}

@Suite("Folds") struct FoldsTests {
    @Test func `every row is tested once`() throws {
        let frame = try table(203)
        for kind in [Folds.Kind.plain, .stratified(by: "kind"), .group(by: ["unit"]), .leaveOneGroupOut(by: ["unit"])] {
            let folds = try Folds(5, kind, seed: 2)(frame)
            #expect(isPartition(folds.map(\.test), of: 203))
            for fold in folds { #expect((fold.train + fold.test).sorted() == Array(0..<203)) }
            switch kind {
            case .plain: #expect(folds.map(\.test.count).sorted() == [40, 40, 41, 41, 41])
            case .stratified:
                for fold in folds { #expect((5...7).contains(fold.test.filter { frame[$0, "kind"] == "a" }.count)) }
            default:
                for fold in folds {
                    #expect(Set(fold.test.map { frame[$0, "unit"] }).isDisjoint(with: Set(fold.train.map { frame[$0, "unit"] })))
                }
            }
        }
        #expect(try Folds(0, .leaveOneGroupOut(by: ["unit"]))(frame).map(\.name).prefix(3) == ["0", "1", "2"])
        let sizes = try Folds(5, .group(by: ["unit"]))(frame).map(\.test.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 13)
    }

    @Test func `folds that cannot be are refused`() throws {
        let frame = try table(10)
        #expect(throws: DatasetError("folds", "11 folds of 10 rows")) { try Folds(11)(frame) }
        #expect(throws: DatasetError("folds", "2 folds of 1 groups")) { try Folds(2, .group(by: ["unit"]))(frame) }
        #expect(throws: DatasetError("folds", "there is no other group to train on")) {
            try Folds(2, .leaveOneGroupOut(by: ["unit"]))(frame)
        }
    }
}
