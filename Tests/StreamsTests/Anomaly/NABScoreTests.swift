import Foundation
import Streams
import Testing

@Suite struct NABScoreTests {
    struct Case: Decodable {
        let detector: String, file: String
        let rows: Int, windows: [[Int]], alarms: [Int]
        let score: Double
    }

    static let cases: [Case] = {
        let place = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Golden/nab.jsonl")
        return
            (try? Data(contentsOf: place).split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Case.self, from: Data($0)) })
            ?? []
    }()

    @Test func `published detectors get their published scores`() throws {
        #expect(Self.cases.count == 75)
        var totals = [String: Double]()
        for one in Self.cases {
            let score = try NABScore(rows: one.rows, windows: one.windows.map { $0[0]...$0[1] }).score(alarms: one.alarms)
            #expect(abs(score - one.score) < 1e-9, "\(one.detector) \(one.file)")
            totals[one.detector, default: 0] += score
        }
        let normalised = totals.mapValues { (NABScore.normalised($0, windows: 39) * 100).rounded() / 100 }
        #expect(normalised == ["numenta": 66.88, "ARTime": 72.98, "contextOSE": 64.02])
    }

    @Test func `the first row of every window gets 100, no alarm 0`() throws {
        let score = try NABScore(rows: 1000, windows: [200...300, 500...600])
        #expect(NABScore.normalised(score.score(alarms: [200, 500]), windows: 2) == 100)
        #expect(NABScore.normalised(score.score(alarms: []), windows: 2) == 0)
        #expect(NABScore.normalised(score.score(alarms: [10, 149]), windows: 2) == 0, "alarms in the probation do not count")
        #expect(abs(score.score(alarms: [180]) + 2.11) < 1e-12)
    }

    @Test func `windows that overlap are refused`() {
        #expect(throws: StreamError("nab", "rows 5...9 overlap or leave the file", at: "window 1")) {
            try NABScore(rows: 20, windows: [1...5, 5...9])
        }
        #expect(throws: StreamError.self) { try NABScore(rows: 8, windows: [5...9]) }
    }
}
