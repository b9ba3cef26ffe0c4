import Foundation
import Learning
import Testing

struct ScheduleCase: Decodable, Sendable {
    let schedule: Schedule?
    let total: Int?
    let plateau: ReduceOnPlateau?
    let largerIsBetter: Bool?
    let values: [Double]?
    let rates: [Double]
}

private let cases: [ScheduleCase] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden/schedules.jsonl")
    return try! Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map {
        try JSONDecoder().decode(ScheduleCase.self, from: Data($0))
    }
}()

@Suite struct ScheduleTests {
    @Test func `the rate at every time is that of the reference`() throws {
        let curves = cases.filter { $0.schedule != nil }
        #expect(curves.count == 15)
        #expect(Set(curves.map { $0.schedule!.curve.name }).count == 8)
        for found in curves {
            for (time, rate) in found.rates.enumerated() {
                let factor = found.schedule!.factor(at: time, of: found.total!)
                #expect(abs(factor - rate) < 1e-12, "\(found.schedule!) at \(time): \(factor), expected \(rate)")
            }
        }
    }

    @Test func `a plateau lowers the rate as the reference does, also when it is stored between observations`() throws {
        let plateaus = cases.filter { $0.plateau != nil }
        #expect(plateaus.count == 4)
        for found in plateaus {
            var plateau = found.plateau!
            for (time, (value, rate)) in zip(found.values!, found.rates).enumerated() {
                #expect(abs(plateau.rateFactor - rate) < 1e-12, "at \(time)")
                plateau.observe(value, largerIsBetter: found.largerIsBetter!)
                plateau = try JSONDecoder().decode(ReduceOnPlateau.self, from: JSONEncoder().encode(plateau))
            }
        }
    }

    @Test func `every schedule survives being written and read`() throws {
        for schedule in cases.compactMap(\.schedule) {
            #expect(try JSONDecoder().decode(Schedule.self, from: JSONEncoder().encode(schedule)) == schedule)
        }
    }

    @Test func `a bare name means the defaults`() throws {
        #expect(try JSONDecoder().decode([Schedule].self, from: Data("[\"cosine\", \"constant\"]".utf8)) == [.cosine, .constant])
        #expect(try JSONDecoder().decode(Schedule.self, from: Data("{\"kind\": \"oneCycle\"}".utf8)).unit == .step)
        #expect(try JSONDecoder().decode(Schedule.self, from: Data("{\"kind\": \"step\"}".utf8)).unit == .epoch)
    }

    @Test func `beyond the end a curve keeps its last value, before the start its first`() throws {
        for schedule in [Schedule.cosine, try Schedule(.polynomial(power: 2)), try Schedule(.oneCycle())] {
            #expect(schedule.factor(at: 1000, of: 10) <= 1e-5)
            #expect(schedule.factor(at: -5, of: 10) == schedule.factor(at: 0, of: 10))
        }
        #expect(Schedule.cosine.factor(at: 0, of: 0) == 1)
        #expect(try Schedule(.cosineRestarts(period: 1, growth: 1 << 40)).factor(at: .max, of: 1).isFinite)
    }

    @Test(arguments: [
        (
            "\"cosin\"",
            "schedule 'cosin': is not known, only constant, step, multiStep, exponential, cosine, cosineRestarts, oneCycle, polynomial"
        ),
        ("{\"kind\": \"cosine\", \"every\": 2}", "schedule 'cosine': has no setting 'every', only minimum, per, warmUp, warmUpStart"),
        ("{\"kind\": \"cosine\", \"minimun\": 0}", "schedule 'cosine': has no setting 'minimun', only minimum, per, warmUp, warmUpStart"),
        ("{\"kind\": \"step\", \"every\": 0}", "schedule 'step': every must be at least 1, got 0"),
        ("{\"kind\": \"multiStep\", \"at\": [3, 2]}", "schedule 'multiStep': places must rise from 0 on, got [3, 2]"),
        (
            "{\"kind\": \"cosine\", \"warmUp\": -1}",
            "schedule 'cosine': the warm-up must not be negative and start between 0 and 1, got -1 and 0.0"
        ),
    ]) func `what cannot be is refused in words`(text: String, reason: String) {
        var found = "nothing"
        do { _ = try JSONDecoder().decode(Schedule.self, from: Data(text.utf8)) } catch { found = "\(error)" }
        #expect(found == reason)
    }
}
