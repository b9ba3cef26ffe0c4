import Engine

/// Changes the signals of a batch at random, f32 [batch, time] or [batch, time, channels]: steps in order, each with numbers that are a
/// function of (seed, epoch, sample).
public struct SignalAugmentation: Augmentation {
    public let column: String
    public let steps: [SignalStep]

    public init(_ steps: [SignalStep], column: String = "signals") {
        for step in steps { if let problem = step.problem { trap(DatasetError("augment", problem, at: column)) } }
        self.column = column
        self.steps = steps
    }

    public func apply(to batch: inout HostBatch, seed: UInt64) throws {
        let samples = batch.samples, epoch = batch.epoch
        try batch.update(column) { array in
            guard 2...3 ~= array.shape.rank, array.dtype == .f32 else {
                throw DatasetError("augment", "signals are f32 [batch,time] or [batch,time,channels], not \(array.type)", at: column)
            }
            let time = array.shape[1], channels = array.shape.rank == 3 ? array.shape[2] : 1
            guard time > 0, channels > 0 else { return }
            var old = [Float](repeating: 0, count: time * channels)
            array.withMutableElements(of: Float.self) { all in
                for (row, sample) in samples.enumerated() {
                    var random = SampleRandom(seed: seed, epoch: epoch, sample: sample)
                    let own = UnsafeMutableBufferPointer(rebasing: all[row * time * channels..<(row + 1) * time * channels])
                    for step in steps { Self.apply(step, own, &old, time, channels, &random) }
                }
            }
        }
    }

    private static func apply(
        _ step: SignalStep, _ signal: UnsafeMutableBufferPointer<Float>, _ old: inout [Float], _ time: Int, _ channels: Int,
        _ random: inout SampleRandom
    ) {
        switch step {
        case .jitter(let deviation): for place in signal.indices { signal[place] += deviation * random.normal() }
        case .scale(let deviation):
            for channel in 0..<channels {
                let factor = 1 + deviation * random.normal()
                for place in stride(from: channel, to: signal.count, by: channels) { signal[place] *= factor }
            }
        case .warp(let deviation, let knots):
            let times = warpedTimes(time, deviation, knots, &random)
            for place in signal.indices { old[place] = signal[place] }
            for step in 0..<time { interpolate(old, at: times[step], time, channels, into: signal, step) }
        case .shift(let steps, let circular):
            let offset = random.below(2 * steps + 1) - steps
            for place in signal.indices { old[place] = signal[place] }
            for step in 0..<time {
                var from = step - offset
                if circular { from = ((from % time) + time) % time }
                for channel in 0..<channels {
                    signal[step * channels + channel] = from >= 0 && from < time ? old[from * channels + channel] : 0
                }
            }
        case .mask(let steps, let count):
            for _ in 0..<count {
                let length = random.below(min(steps, time) + 1), start = random.below(time - length + 1)
                for place in start * channels..<(start + length) * channels { signal[place] = 0 }
            }
        case .negate(let chance): if random.chance(chance) { for place in signal.indices { signal[place] = -signal[place] } }
        }
    }

    /// Where every step's value comes from: the sum of positive speeds along the time, stretched so that both ends stay.
    private static func warpedTimes(_ time: Int, _ deviation: Float, _ knots: Int, _ random: inout SampleRandom) -> [Float] {
        let speeds = (0..<knots + 2).map { _ in max(0.1, 1 + deviation * random.normal()) }
        guard time > 1 else { return [0] }
        var times: [Float] = [0]
        for step in 1..<time {
            // Between two knots the speed changes smoothly: a corner in time would be a click.
            let place = (Float(step) - 0.5) / Float(time - 1) * Float(knots + 1), knot = min(Int(place), knots), part = place - Float(knot)
            let smooth = part * part * (3 - 2 * part)
            times.append(times[step - 1] + speeds[knot] + (speeds[knot + 1] - speeds[knot]) * smooth)
        }
        let stretch = Float(time - 1) / times[time - 1]
        return times.map { $0 * stretch }
    }

    /// The value between two steps, linear.
    static func interpolate(
        _ old: [Float], at place: Float, _ time: Int, _ channels: Int, into signal: UnsafeMutableBufferPointer<Float>, _ step: Int
    ) {
        let first = max(0, min(time - 1, Int(place))), second = min(time - 1, first + 1), part = max(0, min(1, place - Float(first)))
        for channel in 0..<channels {
            let a = old[first * channels + channel], b = old[second * channels + channel]
            signal[step * channels + channel] = a + (b - a) * part
        }
    }
}
