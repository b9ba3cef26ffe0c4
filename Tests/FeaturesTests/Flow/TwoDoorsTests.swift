import Foundation
import TestSupport
import Testing

@testable import Features

/// The samples of a stream that sees the table's rows one by one, as the batch door numbers them.
private func streamed(_ fitted: FittedFeatures, _ frame: Frame, interrupting random: inout SeededRandom) throws -> [Int: FeatureRow] {
    var stream = try FeatureStream(fitted)
    var samples: [Int: FeatureRow] = [:]
    for row in 0..<frame.rowCount {
        if random.chance(0.02) {
            let data = try JSONEncoder().encode(stream.checkpoint)
            stream = try FeatureStream(fitted, resuming: JSONDecoder().decode(FeatureCheckpoint.self, from: data))
        }
        if let sample = try stream.on(frame.row(row)) { samples[row] = sample }
    }
    return samples
}

/// The same of a stream that is handed many events at once, a few samples at a time.
private func flat(_ fitted: FittedFeatures, _ frame: Frame, interrupting random: inout SeededRandom) throws -> [Int: [UInt32]] {
    // Truth values are categories by their words, so they are there as texts too.
    let numbers = ["a", "b", "c", "on", "site", "time", "cycle", "y"], texts = ["kind", "text", "on"]
    var events = FlatEvents(devices: [], times: [], numbers: [], texts: [])
    for row in 0..<frame.rowCount {
        let cells = frame.row(row)
        for name in numbers {
            if case .timestamp(let moment)? = cells[name] {
                events.numbers.append(Double(moment))
            } else {
                events.numbers.append(cells[name]?.number ?? .nan)
            }
        }
        events.texts += texts.map { name in cells[name].flatMap { $0.isNull ? nil : $0.description } }
        events.devices.append(cells["machine"]?.description ?? "")
        if case .timestamp(let moment)? = cells["time"] { events.times.append(moment) }
    }
    let isTimeApart = random.chance(0.5)
    let columns = try FlatColumns(
        fitted, numbers: numbers.map { $0 == "time" && isTimeApart ? "-" : $0 }, texts: texts, device: "machine", time: "time")
    var stream = try FeatureStream(fitted)
    var samples = FlatSamples(width: stream.sampleWidth, capacity: 1 + random.below(9)), found: [Int: [UInt32]] = [:], next = 0
    while next < events.count {
        if random.chance(0.1) { stream = try FeatureStream(fitted, resuming: stream.checkpoint) }
        next = stream.on(events, columns, rows: next..<min(events.count, next + 1 + random.below(30)), into: &samples)
        for (place, row) in samples.rows.enumerated() {
            found[row] = samples.values[place * samples.width..<(place + 1) * samples.width].map(\.bitPattern)
        }
        #expect(samples.refusals.isEmpty)
        samples.removeAll()
    }
    return found
}

@Suite("Tables and live events") struct TwoDoorsTests {
    @Test func `random definitions give the same bits for tables, single events and many at once`() throws {
        var samples = 0, arrays = 0, definitions = 0, refused = 0
        for seed in 0..<2000 {
            var maker = RandomFeatures(seed), random = SeededRandom(seed: seed)
            let definition = maker.definition()
            let history = try maker.frame(rows: 40 + random.below(40)), frame = try maker.frame(rows: 1 + random.below(60))
            var fitted: FittedFeatures
            do {
                fitted = try definition.fit(history)
            } catch let error as FeatureError {
                // Principal components need two complete rows, and not every table has them.
                #expect(error.operation == "fit", "\(error)")
                refused += 1
                continue
            }
            if random.chance(0.3) { fitted = try JSONDecoder().decode(FittedFeatures.self, from: JSONEncoder().encode(fitted)) }
            let batch = try fitted.transform(frame, withTarget: false)
            let live = try streamed(fitted, frame, interrupting: &random)
            let many = try flat(fitted, frame, interrupting: &random)
            definitions += 1
            guard batch.rows == live.keys.sorted() else {
                Issue.record("seed \(seed): tables give the rows \(batch.rows), events \(live.keys.sorted())")
                return
            }
            guard many == live.mapValues({ $0.values.flatMap(\.bits) }) else {
                Issue.record("seed \(seed): events one by one and many at once differ")
                return
            }
            for (index, row) in batch.rows.enumerated() {
                samples += 1
                for (place, input) in batch.inputs.enumerated() {
                    arrays += 1
                    let one = live[row]
                    guard input.values(of: [index]).bits == one?.values[place].bits, one?.shapes[place] == input.shape else {
                        Issue.record(
                            "seed \(seed), row \(row), \(input.name): \(input.values(of: [index])) and \(String(describing: one?.values[place]))"
                        )
                        return
                    }
                    #expect(one?.shapes[place] == fitted.inputs[place].shape)
                }
            }
        }
        #expect(
            definitions > 1800 && samples > 15_000 && arrays > 40_000,
            "\(definitions) definitions, \(samples) samples, \(arrays) arrays, \(refused) refused")
    }

    @Test func `fitting in pieces gives the same bits as fitting the whole`() throws {
        var fits = 0
        for seed in 0..<300 {
            var maker = RandomFeatures(seed), random = SeededRandom(seed: seed)
            let definition = maker.definition(), frame = try maker.frame(rows: 60 + random.below(60))
            guard let whole = try? definition.fit(frame) else { continue }
            for size in [1, 7, 50] {
                let chunks = frame.chunks(of: size)
                var fitter = try FeatureFitter(definition, fields: frame.fields)
                while fitter.needsPass {
                    for chunk in chunks { try fitter.absorb(chunk) }
                    try fitter.finishPass()
                }
                let pieces = try fitter.fitted()
                guard pieces == whole else {
                    Issue.record("seed \(seed), pieces of \(size)")
                    return
                }
                fits += 1
            }
        }
        #expect(fits > 600, "\(fits) fits")
    }

    @Test func `the order of a table's rows does not matter where events have their own`() throws {
        var compared = 0
        for seed in 0..<200 {
            var maker = RandomFeatures(seed), random = SeededRandom(seed: seed)
            var definition = maker.definition()
            var frame = try maker.frame(rows: 50)
            // Distinct moments: equal ones are taken as they stand.
            try frame.replace("time", Column(timestamps: (0..<50).map { 1_600_000_000_000_000 + Int64($0) * 61_000_000 }))
            try frame.replace("cycle", Column(Array(0..<50)))
            guard definition.order != nil, let fitted = try? definition.fit(frame) else { continue }
            definition.order = nil
            var shuffled = Array(0..<50)
            for place in shuffled.indices { shuffled.swapAt(place, random.below(50)) }
            let straight = try fitted.transform(frame), mixed = try fitted.transform(frame.rows(shuffled))
            let places = Dictionary(uniqueKeysWithValues: mixed.rows.enumerated().map { (shuffled[$1], $0) })
            #expect(straight.rows.sorted() == places.keys.sorted())
            let order = straight.rows.compactMap { places[$0] }
            for (one, other) in zip(straight.inputs, mixed.inputs) { #expect(one.values.bits == other.values(of: order).bits) }
            #expect(straight.target?.values.bits == mixed.target?.values(of: order).bits)
            compared += 1
        }
        #expect(compared > 100)
    }
}
