import Learning
import Streams
import TestKit
import Testing

@Suite struct ShiftDetectorTests {
    /// Three sensors of noise; from `start` to `end` sensor 1 stands higher.
    static func rows(_ count: Int, shift: Double, from start: Int, to end: Int) -> [[Double]] {
        var random = SplitMix(seed: 5)
        return (0..<count).map { row in (0..<3).map { random.unit() + ($0 == 1 && (start..<end).contains(row) ? shift : 0) } }
    }

    @Test func `a shift is found with its sensor, and its end`() throws {
        let rows = Self.rows(1000, shift: 1.5, from: 600, to: 750)
        var detector = try ShiftDetector(normal: Array(rows[..<400]))
        var abnormal: [Int] = [], leaders = Set<Int>()
        for row in 400..<1000 where try detector.on(rows[row]) {
            abnormal.append(row)
            leaders.insert(detector.leader!)
        }
        #expect((600...610).contains(abnormal.first!) && (750...770).contains(abnormal.last!) && leaders == [1])
        #expect(abnormal.count > 140)
    }

    @Test func `a slow trend is followed without an alarm`() throws {
        var random = SplitMix(seed: 6)
        let rows = (0..<2000).map { row in [random.unit() + 0.0005 * Double(row)] }
        var detector = try ShiftDetector(normal: Array(rows[..<400]))
        for row in rows[400...] { #expect(try !detector.on(row)) }
    }

    @Test func `rows that do not fit are refused in words`() throws {
        #expect(throws: StreamError("shift", "150 normal rows, at least 200 are needed")) {
            try ShiftDetector(normal: Self.rows(150, shift: 0, from: 0, to: 0))
        }
        var rows = Self.rows(400, shift: 0, from: 0, to: 0)
        rows[7][2] = .nan
        #expect(throws: StreamError("shift", "has a value that is not finite", at: "row 7")) { try ShiftDetector(normal: rows) }
        rows[7] = [0, 0]
        #expect(throws: StreamError("shift", "has 2 values, row 0 has 3", at: "row 7")) { try ShiftDetector(normal: rows) }
        var detector = try ShiftDetector(normal: Self.rows(400, shift: 0, from: 0, to: 0))
        #expect(throws: StreamError("shift", "a row of 1 values for 3 sensors")) { try detector.on([0]) }
        #expect(try !detector.on([.nan, .infinity, 0.5]))
    }

    @Test func `its state keeps to the contract`() throws {
        let rows = Self.rows(620, shift: 3, from: 600, to: 620)
        var detector = try ShiftDetector(normal: Array(rows[..<400]))
        for row in rows[400...] { _ = try detector.on(row) }
        #expect(detector.isAbnormal)
        #expect(StateContract.violation(of: detector) { _ = try? $0.on([0.5, 0.5, 0.5]) } == nil)
    }
}
