import Learning
import Streams
import TestKit
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A made-up station of hourly readings: two temperatures, a humidity that follows from them, and a pressure that follows from nothing.
struct MadeUpStation {
    static let sensors = [
        Sensor("temperature", chinese: "气温", unit: "°C"), Sensor("dew point", chinese: "露点温度", unit: "°C"),
        Sensor("humidity", chinese: "湿度", unit: "%"), Sensor("pressure", chinese: "气压", unit: "hPa"),
    ]
    static let rows: [[Double]] = {
        var random = SplitMix(seed: 3), weather = 0.0, damp = 0.0, pressure = 0.0
        func noise() -> Double { random.unit() + random.unit() + random.unit() - 1.5 }
        return (0..<4000).map { hour in
            weather = 0.98 * weather + noise()
            damp = 0.97 * damp + 0.4 * noise()
            pressure = 0.99 * pressure + noise()
            let sun = sin(2 * Double.pi * Double(hour % 24) / 24)
            let temperature = 12 + 2 * weather + 5 * sun, dewPoint = temperature - 6 - 2 * sun + damp
            let humidity = 90 - 4 * (temperature - dewPoint) - 0.05 * temperature * dewPoint + 0.2 * noise()
            return [temperature, dewPoint, humidity, 1010 + 2 * pressure, sun]
        }
    }()
    static let hour: Int64 = 3_600_000_000

    static func monitor() throws -> FaultMonitor { try FaultMonitor(sensors: sensors, normal: [Array(rows[..<3000])]) }

    /// The alarm after a change of one sensor from row 3300 on.
    static func alarm(_ sensor: Int, _ change: (Double, Int) -> Double) throws -> Alarm? {
        var monitor = try monitor()
        for (index, row) in rows[3000...].enumerated() {
            var row = row
            if index >= 300 { row[sensor] = change(row[sensor], index - 300) }
            if let alarm = try monitor.on(row, at: Int64(index) * hour) { return alarm }
        }
        return nil
    }
}

@Suite struct FaultMonitorTests {
    private func expect(_ alarm: Alarm?, _ sensor: Int, _ kind: String, near amount: Double, _ place: SourceLocation = #_sourceLocation)
        throws
    {
        let alarm = try #require(alarm, sourceLocation: place)
        #expect(alarm.sensor == MadeUpStation.sensors[sensor] && alarm.kind.name == kind, "\(alarm)", sourceLocation: place)
        #expect(abs(alarm.kind.amount - amount) <= 0.2 * abs(amount), "\(alarm.kind)", sourceLocation: place)
        #expect(abs(alarm.onset / MadeUpStation.hour - 300) <= 24, sourceLocation: place)
    }

    @Test func `each kind of fault is named with its sensor, onset and amount`() throws {
        try expect(MadeUpStation.alarm(0) { value, _ in value + 8 }, 0, "offset", near: 8)
        try expect(MadeUpStation.alarm(1) { value, _ in value - 6 }, 1, "offset", near: -6)
        try expect(MadeUpStation.alarm(2) { value, _ in value * 1.4 }, 2, "gain", near: 1.4)
        try expect(
            MadeUpStation.alarm(0) { value, age in age < 60 ? MadeUpStation.rows[3300][0] : value }, 0, "stuck",
            near: MadeUpStation.rows[3300][0])
        try expect(MadeUpStation.alarm(2) { value, age in value + 0.3 * Double(age) }, 2, "drift", near: 0.3)
        try expect(MadeUpStation.alarm(3) { value, _ in value + 25 }, 3, "offset", near: 25)
        var random = SplitMix(seed: 8)
        try expect(
            MadeUpStation.alarm(1) { value, _ in value + 8 * (random.unit() + random.unit() - 1) }, 1, "noise", near: 8 / 6.0.squareRoot())
    }

    @Test func `the alarm says what would have been normal`() throws {
        let alarm = try #require(try MadeUpStation.alarm(0) { value, _ in value + 8 })
        let row = 3000 + Int(alarm.raised / MadeUpStation.hour)
        #expect(alarm.reading == MadeUpStation.rows[row][0] + 8)
        #expect(abs(alarm.normal - MadeUpStation.rows[row][0]) < 0.5)
    }

    @Test func `a thousand normal hours raise at most one alarm, and the stated rate is small`() throws {
        var monitor = try MadeUpStation.monitor(), alarms = 0
        for (index, row) in MadeUpStation.rows[3000...].enumerated() {
            if try monitor.on(row, at: Int64(index) * MadeUpStation.hour) != nil { alarms += 1 }
        }
        #expect(alarms <= 1 && monitor.falseAlarmRate < 0.003 && monitor.falseAlarmRate > 0)
    }

    @Test func `a monitor that was saved in the middle of a fault raises the same alarm`() throws {
        var monitor = try MadeUpStation.monitor(), first: Alarm?, second: Alarm?
        var back = monitor
        for (index, row) in MadeUpStation.rows[3000..<3500].enumerated() {
            let changed = [row[0] + (index >= 300 ? 8 : 0)] + row[1...], time = Int64(index) * MadeUpStation.hour
            if index == 310 {
                #expect(monitor.isSuspicious)
                back = try FaultMonitor(stateBytes: monitor.stateBytes)
            }
            if let alarm = try monitor.on(changed, at: time) { first = first ?? alarm }
            if index >= 310, let alarm = try back.on(changed, at: time) { second = second ?? alarm }
        }
        #expect(first != nil && first == second && monitor.stateDigest == back.stateDigest)
    }

    @Test func `its state keeps to the contract, and rows that do not fit are refused`() throws {
        let sensors = Array(MadeUpStation.sensors[..<3])
        let rows = MadeUpStation.rows.map { Array($0[..<3]) }
        var monitor = try FaultMonitor(sensors: sensors, normal: [Array(rows[..<600])], evidence: 12)
        for row in rows[600..<680] { _ = try monitor.on(row, at: 0) }
        #expect(throws: StreamError("faults", "a row of 2 values, expected 3")) { try monitor.on([1, 2], at: 0) }
        _ = try monitor.on([.nan, .infinity, 50], at: 0)
        #expect(monitor.refused == 2)
        #expect(StateContract.violation(of: monitor, rounds: 60) { for row in rows[700..<715] { _ = try? $0.on(row, at: 0) } } == nil)
        #expect(throws: StreamError("faults", "100 normal rows, at least 480 are needed, 25 without a gap")) {
            try FaultMonitor(sensors: sensors, normal: [Array(rows[..<100])])
        }
    }
}
