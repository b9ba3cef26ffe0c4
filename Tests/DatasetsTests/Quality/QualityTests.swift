import Datasets
import Features
import Formats
import Foundation
import Testing

private let rules = """
    [{"column": "torque", "range": [0, 100]}, {"column": "id", "unique": true}, {"column": "name", "matches": "[A-Z]{2}-[0-9]+"},
     {"column": "type", "allowed": ["L", "M"]}, {"column": "time", "monotone": "strict", "by": "unit"}, {"column": "unit", "present": true},
     {"column": "t*e", "nulls": 0.2}]
    """

private func data() throws -> Frame {
    try Frame([
        "torque": Column([1.0, 101, nil, .nan, 5, 100]), "id": Column([1, 2, 3, 2, 5, 6]),
        "name": Column(["AB-1", "AB-2", "ab-3", nil, "AB-5x", "AB-6"]),
        "type": Column(["L", "M", "L", "L", "H", nil]), "time": Column(timestamps: [1, 1, 2, 3, 2, 4]),
        "unit": Column(["a", "b", "a", nil, "a", "a"]),
    ])
}

@Suite("Quality") struct QualityTests {
    private func decoded() throws -> [QualityRule] { try JSON(parsing: rules).decoded() }

    @Test func `bad rows go into quarantine with every reason, and none disappears`() throws {
        for size in [6, 1, 4] {
            var check = try QualityCheck(decoded()), good = Frame(), quarantine = Frame()
            for chunk in try data().chunks(of: size) {
                let sorted = try check.sort(chunk)
                try good.append(sorted.good)
                try quarantine.append(sorted.quarantine)
            }
            #expect(try good.column("id").numbers == [1, 6])
            #expect(try quarantine.column("_row").numbers == [1, 2, 3, 4])
            #expect(
                try quarantine.column("_reasons").strings == [
                    "torque is 101, not range 0 to 100", "name is ab-3, not matches [A-Z]{2}-[0-9]+",
                    "torque is nan, not range 0 to 100; id is 2, not unique; unit is null, not present",
                    "name is AB-5x, not matches [A-Z]{2}-[0-9]+; type is H, not one of L, M; time is 2, not strictly increasing by unit",
                ])
            #expect(
                check.report.description
                    == """
                    6 rows: 2 good, 4 quarantined; 2 of 9 rules hold
                      torque: 2 rows not range 0 to 100 (rows 1, 3)
                      id: 1 row not unique (rows 3)
                      name: 2 rows not matches [A-Z]{2}-[0-9]+ (rows 2, 4)
                      type: 1 row not one of L, M (rows 4)
                      time: 1 row not strictly increasing by unit (rows 4)
                      unit: 1 row not present (rows 3)
                    """.replacing("2 of 9", with: "3 of 9"))
            #expect(try check.report.json.decoded(as: QualityReport.self) == check.report)
        }
    }

    @Test func `rules that make no sense are refused`() throws {
        func refuses(_ text: String, _ error: DatasetError) {
            #expect(throws: error) { try QualityCheck(JSON(parsing: "[\(text)]").decoded()) }
        }
        refuses(#"{"column": "x", "rnage": [0, 1]}"#, DatasetError("quality", "unknown key 'rnage'; did you mean 'range'?"))
        refuses(#"{"column": "x", "range": [2, 1]}"#, DatasetError("quality", "the lower bound 2 is above the upper 1", at: "x"))
        refuses(#"{"column": "x", "range": [null, null]}"#, DatasetError("quality", "a range needs a bound", at: "x"))
        refuses(#"{"column": "x", "drift": "psi"}"#, DatasetError("quality", "a drift needs reference data", at: "x"))
        refuses(#"{"column": "x", "unique": true, "by": "y"}"#, DatasetError("quality", "'by' means nothing beside 'unique'", at: "x"))
        #expect(throws: DatasetError.self) { try QualityCheck([QualityRule("x", .matches("(a"))]) }
        var check = try QualityCheck([QualityRule("trque", .present)])
        #expect(throws: DatasetError("quality", "no column 'trque'; did you mean 'torque'?")) { try check.sort(data()) }
        for rule in try decoded() { #expect(try JSON(encoding: rule).decoded(as: QualityRule.self) == rule) }
    }

    @Test func `drift is the statistic of the textbook, in one piece or in many`() throws {
        let before = (0..<500).map { Double(($0 * 7919) % 1009) }, now = (0..<300).map { Double(($0 * 104_729) % 1013) * 0.8 + 100 }
        // D by its definition, over every number there is.
        func share(_ values: [Double], _ x: Double) -> Double { Double(values.filter { $0 <= x }.count) / Double(values.count) }
        let distance = (before + now).map { abs(share(before, $0) - share(now, $0)).magnitude }.max() ?? 0
        // PSI by its definition, over the deciles of the reference.
        let sorted = before.sorted(), cuts = (1..<10).map { sorted[$0 * 50] }
        func shares(_ values: [Double]) -> [Double] {
            let bounds = [-Double.infinity] + cuts + [.infinity]
            return zip(bounds, bounds.dropFirst()).map { low, high in
                max(0.5, Double(values.filter { $0 > low && $0 <= high }.count)) / Double(values.count)
            }
        }
        let stability = zip(shares(now), shares(before)).reduce(0) { $0 + ($1.0 - $1.1) * log($1.0 / $1.1) }
        let reference = try Frame(["x": Column(before), "k": Column(before.map { $0 < 500 ? "a" : "b" })])
        let current = try Frame(["x": Column(now), "k": Column(now.map { $0 < 500 ? "a" : "c" })])
        let rules = [
            QualityRule("x", .drift(.ks, limit: 0.01)), QualityRule("x", .drift(.psi, limit: 10)),
            QualityRule("k", .drift(.psi, limit: 0.2)),
        ]
        for size in [300, 7] {
            var check = try QualityCheck(rules, reference: reference)
            for chunk in current.chunks(of: size) { #expect(try check.sort(chunk).quarantine.rowCount == 0) }
            let found = check.report.findings
            #expect(abs((found[0].measured ?? 0) - distance) < 1e-12 && !found[0].holds)
            #expect(abs((found[1].measured ?? 0) - stability) < 1e-12 && found[1].holds)
            #expect((found[2].measured ?? 0) > 1 && !found[2].holds)
            #expect(found.allSatisfy { $0.examples.isEmpty })
        }
        var same = try QualityCheck(rules, reference: reference)
        _ = try same.sort(reference)
        #expect(same.report.holds && same.report.findings.allSatisfy { $0.measured == 0 })
    }

    @Test func `the quarantine file has one object a row`() throws {
        var check = try QualityCheck([QualityRule("type", .allowed(["L"]))])
        let bad = try check.sort(data()).quarantine
        let lines = String(decoding: bad.jsonLines(), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        let first = try JSON(parsing: String(lines[0]))
        #expect(first["type"] == "M" && first["_row"] == 1 && first["_reasons"] == "type is M, not one of L")
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("quarantine-\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try bad.append(toJSONLines: path)
        try bad.append(toJSONLines: path)
        #expect(try Files.read(path).filter { $0 == 10 }.count == 4)
    }
}
