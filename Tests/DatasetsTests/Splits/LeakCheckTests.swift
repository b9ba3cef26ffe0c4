import Datasets
import Features
import Testing

@Suite("LeakCheck") struct LeakCheckTests {
    private func frame() throws -> Frame {
        let count = 100
        return try Frame([
            "x": Column((0..<count).map { Double(($0 * 37) % 101) }), "time": Column(timestamps: (0..<count).map(Int64.init)),
            "unit": Column((0..<count).map { "u\($0 / 10)" }), "y": Column((0..<count).map { ($0 * 17) % 5 }),
        ])
    }

    @Test func `clean data give no warning`() throws {
        let frame = try frame()
        #expect(try LeakCheck(target: "y", time: "time")(frame, Split(.time, by: "time", test: 0.3)(frame)).isEmpty)
        #expect(try LeakCheck(target: "y", group: ["unit"], ignoring: ["time"])(frame, Split(.group, by: "unit", test: 0.3)(frame)).isEmpty)
    }

    @Test func `rows that are in two parts, the future and shared groups are counted`() throws {
        var frame = try frame()
        try frame.append(frame.rows([0, 1, 2]))
        let parts = try Split(.random, test: 0.5, seed: 1)(frame)
        let warnings = try LeakCheck(target: "y", time: "time", group: ["unit"])(frame, parts)
        #expect(Set(warnings.map(\.kind)) == [.duplicates, .future, .groups])
        let train = Set(parts.rows[0]), twins = [(0, 100), (1, 101), (2, 102)].filter { train.contains($0) != train.contains($1) }
        let duplicates = try #require(warnings.first { $0.kind == .duplicates })
        #expect(!twins.isEmpty && duplicates.count == twins.count)
        #expect(duplicates.description.contains("of test equal"))
        let first = try #require(parts.rows[1].map { $0 % 100 }.min())
        #expect(warnings.first { $0.kind == .future }?.count == parts.rows[0].filter { ($0 < 100 ? $0 : $0 - 100) > first }.count)
        #expect(
            warnings.first { $0.kind == .groups }?.description
                == "10 of 10 groups by 'unit' have rows in more than one part, such as 'u0' in train and test")
    }

    @Test func `columns that know the target are named with the reason`() throws {
        var frame = try frame()
        let y = try #require(try frame.column("y").numbers)
        try frame.add("copy", Column(y))
        try frame.add("line", Column(y.map { 3 - 2 * $0 }))
        try frame.add("code", Column(y.map { ["p", "q", "r", "s", "t"][Int($0 * 3) % 5] }))
        try frame.add("late", Column(y.enumerated().map { $1 > 2 ? Double($0) : nil }))
        try frame.add("score", Column(y.enumerated().map { [0.0, 30, 10, 20, 40][Int($1)] + Double($0) / 1000 }))
        let warnings = try LeakCheck(target: "y", ignoring: ["time", "unit"])(frame, Split(test: 0.2)(frame)).filter { $0.kind == .column }
        let ending = "'y': is it known when the prediction is made?"
        #expect(
            warnings.map(\.description) == [
                "the column 'copy' equals \(ending)", "the column 'line' follows on a line \(ending)",
                "the column 'code' determines, value by value, \(ending)", "the column 'late' is null or not according to \(ending)",
                "the column 'score' separates by 4 thresholds the values of \(ending)",
            ])
        #expect(throws: FeatureError("frame", "no column 'yy'; did you mean 'y'?")) {
            try LeakCheck(target: "yy")(frame, Split(test: 0.2)(frame))
        }
    }
}
