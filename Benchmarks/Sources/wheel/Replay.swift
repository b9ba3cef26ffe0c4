import Engine
import Features
import Foundation
import Learning
import Streams

/// 64-32-8-32-64 over a window: what the rows of a device usually look like.
private struct Autoencoder: Module {
    let a: Linear, b = Linear(32, 8), c = Linear(8, 32), d: Linear
    init(width: Int) {
        a = Linear(width, 32)
        d = Linear(32, width)
    }
    func callAsFunction(_ x: Tensor) -> Tensor { d(c(b(a(x).relu()).relu()).relu()) }
}

private let window = 16, columns = 9

/// Readings of 20 devices, in turns.
private func readings(_ count: Int) -> FlatEvents {
    var random = SplitMix(seed: 1), events = FlatEvents(devices: [], times: [], numbers: [], texts: [])
    let names = (0..<20).map { "device-\($0)" }
    for row in 0..<count {
        events.devices.append(names[row % names.count])
        events.times.append(1_700_000_000_000_000 + Int64(row) * 1000)
        for column in 0..<columns { events.numbers.append(sin(Double(row / 20) * 0.01 * Double(column + 1)) + 0.1 * random.unit()) }
    }
    return events
}

private func fitted(_ events: FlatEvents) throws -> FittedFeatures {
    let rows = min(events.count, 5000), names = (0..<columns).map { "s\($0)" }
    let frame = try Frame(
        [("device", Column(Array(events.devices.prefix(rows)))), ("time", Column(timestamps: Array(events.times.prefix(rows))))]
            + names.enumerated().map { place, name in
                (name, Column((0..<rows).map { events.numbers[$0 * columns + place] }))
            })
    return try FeatureDefinition(
        entity: ["device"], order: "time", inputs: [InputGroup("x", names, [.impute(.previous), .impute(.mean), .scale(.standard)])],
        window: WindowDefinition(length: window)
    ).fit(frame)
}

func replay(events count: Int, batch: Int) throws {
    let events = readings(count), features = try fitted(events), clock = ContinuousClock()
    let layout = try FlatColumns(features, numbers: (0..<columns).map { "s\($0)" }, texts: [], device: "device", time: "time")
    let model = Autoencoder(width: window * columns).initialized(seed: 1)
    let bundle = try ModelBundle(
        "autoencoder", model, inputs: [Port("x", ["batch", .fixed(window), .fixed(columns)])], outputs: [Port("y")]
    ) { model, batch, _ in [model(batch["x"].reshaped([batch["x"].shape[0], window * columns]))] }
    let session = try bundle.session(batch: batch, options: .init(isFrozen: true), threads: 1)

    for scores in [false, true] {
        for _ in 0..<3 {
            var stream = try FeatureStream(features), samples = FlatSamples(width: stream.sampleWidth, capacity: batch), row = 0
            var answers = [Float](repeating: 0, count: batch * window * columns), sum: Float = 0, total = 0
            let took = clock.measure {
                while row < count {
                    row = stream.on(events, layout, rows: row..<count, into: &samples)
                    total += samples.count
                    if scores {
                        var span = answers.mutableSpan
                        session.run(samples.values.span, into: &span)
                        sum += answers[0]
                    }
                    samples.removeAll()
                }
            }
            let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
            print(
                "{\"scores\": \(scores), \"events\": \(count), \"samples\": \(total), \"events_per_second\": \(Int(Double(count) / seconds)), \"sum\": \(sum)}"
            )
        }
    }
}
