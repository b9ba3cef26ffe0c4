import Learning
import Streams
import TestKit
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct TelemetryTests {
    /// A value that follows a command with a delay of two rows; from `broken` on it does not.
    static func rows(_ count: Int, broken: Int = .max) -> [[Double]] {
        var random = SplitMix(seed: 9), commands: [Double] = []
        return (0..<count).map { row in
            commands.append(random.below(12) == 0 ? 1 - (commands.last ?? 0) : commands.last ?? 0)
            let followed = row < 2 || row >= broken ? 0 : commands[row - 2]
            return [followed + 0.05 * random.unit(), commands[row]]
        }
    }

    @Test func `the forecaster learns what the command does`() throws {
        let rows = Self.rows(1500, broken: 1300)
        var residual = try ForecastResidual(normal: Array(rows[..<1000]), lags: 3, otherLags: 4)
        let errors = try rows.map { try residual.on($0) }
        #expect(errors[1100..<1300].max()! < 0.15)
        #expect(errors[1300...].max()! > 0.8)
    }

    @Test func `a value that no longer follows its command scores high`() throws {
        let rows = Self.rows(2600, broken: 2200)
        var scorer = try TelemetryScorer(normal: Array(rows[..<1500]), scales: [WindowNovelty(length: 16)])
        let scores = try rows[1500...].map { try scorer.on($0) }
        #expect(scores[..<700].max()! < 1)
        #expect(scores[700...].max()! > 1.2)
    }

    @Test func `states keep to the contract and rows that do not fit are refused`() throws {
        var scorer = try TelemetryScorer(
            normal: Self.rows(300), residual: ForecastResidual(normal: Self.rows(300), lags: 2, otherLags: 2),
            scales: [WindowNovelty(length: 3, capacity: 8)])
        #expect(throws: StreamError("forecast", "is not 2 finite values")) { try scorer.on([1]) }
        #expect(throws: StreamError("forecast", "is not 2 finite values")) { try scorer.on([.nan, 1]) }
        #expect(throws: StreamError("forecast", "5 normal rows, more than 21 are needed")) { try ForecastResidual(normal: Self.rows(5)) }
        #expect(StateContract.violation(of: scorer) { _ = try? $0.on([0.5, 0.5]) } == nil)
    }
}
