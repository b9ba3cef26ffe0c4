/// A forecast that repeats the last period of the window; with period 1 the last value (persistence).
///
/// A sample is a window [steps, channels], row by row, its target the next steps [horizon, channels].
public struct SeasonalNaive: ShallowRegressor {
    public static let name = "seasonal_naive"
    public let period: Int
    public let channels: Int
    /// Steps of the forecast; nil before it is fitted.
    public private(set) var horizon: Int?

    /// The last value again and again.
    public static func persistence(channels: Int = 1) -> SeasonalNaive { SeasonalNaive(period: 1, channels: channels) }

    /// `period` in steps.
    public init(period: Int, channels: Int = 1) {
        demand(period >= 1 && channels >= 1, LearningError("seasonalNaive", "a period of \(period) steps, \(channels) channels"))
        self.period = period
        self.channels = channels
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        period = try container.decode(Int.self, forKey: .period)
        channels = try container.decode(Int.self, forKey: .channels)
        horizon = try container.decodeIfPresent(Int.self, forKey: .horizon)
        guard period >= 1, channels >= 1, (horizon ?? 1) >= 1, channels < 1 << 24, period < 1 << 24, (horizon ?? 1) < 1 << 24 else {
            throw LearningError(Self.name, "a period of \(period) steps, \(channels) channels, a horizon of \(horizon ?? 0)")
        }
    }

    /// Learns the horizon: there is nothing else to learn.
    public mutating func fit(_ samples: SampleMatrix, _ targets: SampleMatrix) throws {
        try ShallowChecks.targets(Self.name, samples, targets)
        guard targets.columns % channels == 0 else {
            throw LearningError(Self.name, "targets of \(targets.columns) columns for \(channels) channels")
        }
        try check(samples)
        horizon = targets.columns / channels
    }

    public func predict(_ samples: SampleMatrix) throws -> SampleMatrix {
        guard let horizon else { throw LearningError(Self.name, "the model is not fitted") }
        try check(samples)
        var values: [Float] = []
        values.reserveCapacity(samples.rows * horizon * channels)
        for row in 0..<samples.rows {
            let last = samples.row(row).suffix(period * channels)
            for step in 0..<horizon {
                values += last[last.startIndex + step % period * channels..<last.startIndex + (step % period + 1) * channels]
            }
        }
        return SampleMatrix(unchecked: samples.rows, horizon * channels, values)
    }

    private func check(_ samples: SampleMatrix) throws {
        guard samples.columns % channels == 0, samples.columns >= period * channels else {
            throw LearningError(Self.name, "windows of \(samples.columns) values for \(channels) channels and a period of \(period) steps")
        }
    }
}
