/// How the learning rate changes over a run: a pure function of the time and of the length of the run.
///
/// A schedule answers a factor; the rate is the optimizer's rate times the factor. In a recipe it is a name, or a name with
/// settings: `cosine` or `{kind: cosine, minimum: 0.01, warmUp: 500}`.
public struct Schedule: Hashable, Sendable {
    /// What time counts.
    public enum Unit: String, Hashable, Sendable, Codable, CaseIterable {
        /// Updates of the parameters.
        case step
        /// Passes over the data.
        case epoch
    }

    public let curve: ScheduleCurve
    public let unit: Unit
    /// Units over which the factor first rises in a line; the curve begins after them.
    public let warmUp: Int
    /// The factor at the start of the warm-up.
    public let warmUpStart: Double

    /// - Parameter curve: the factor after the warm-up.
    /// - Parameter unit: what time counts; nil takes the curve's own.
    /// - Parameter warmUp: units of rising at the start.
    /// - Parameter warmUpStart: the factor at time 0 if there is a warm-up.
    public init(_ curve: ScheduleCurve, per unit: Unit? = nil, warmUp: Int = 0, warmUpStart: Double = 0) throws {
        try curve.check()
        guard warmUp >= 0, warmUpStart >= 0, warmUpStart <= 1 else {
            throw LearningError(
                "schedule", "the warm-up must not be negative and start between 0 and 1, got \(warmUp) and \(warmUpStart)", at: curve.name)
        }
        self.curve = curve
        self.unit = unit ?? curve.unit
        self.warmUp = warmUp
        self.warmUpStart = warmUpStart
    }

    private init(_ curve: ScheduleCurve) {
        self.curve = curve
        unit = curve.unit
        warmUp = 0
        warmUpStart = 0
    }

    /// The rate stays.
    public static let constant = Schedule(.constant)
    /// From the full rate to zero along half a cosine.
    public static let cosine = Schedule(.cosine(minimum: 0))

    /// The factor on the optimizer's rate.
    ///
    /// - Parameter time: 0 at the start of the run.
    /// - Parameter total: the length of the run, with the warm-up, in the same unit.
    public func factor(at time: Int, of total: Int) -> Double {
        let time = max(0, time)
        if time < warmUp { return warmUpStart + (1 - warmUpStart) * Double(time) / Double(warmUp) }
        return curve.factor(at: time - warmUp, of: max(1, total - warmUp))
    }
}

extension Schedule: Codable {
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    private enum Key: String, CodingKey {
        case kind, per, warmUp, warmUpStart, every, at, factor, minimum, period, growth, rise, start, end, linear, power
    }

    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            try self.init(Self.curve(name))
            return
        }
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .kind)
        let standard = try Self.curve(name)
        let known = Set(Self.settings(standard).keys)
        let usable = known.map(\.rawValue).sorted() + [Key.per, .warmUp, .warmUpStart].map(\.rawValue)
        // A container keyed by `Key` does not show the keys that it does not know.
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys where key.stringValue != "kind" && !usable.contains(key.stringValue)
        {
            throw LearningError("schedule", "has no setting '\(key.stringValue)', only \(usable.joined(separator: ", "))", at: name)
        }
        func number(_ key: Key, _ standard: Double) throws -> Double { try container.decodeIfPresent(Double.self, forKey: key) ?? standard }
        func count(_ key: Key, _ standard: Int) throws -> Int { try container.decodeIfPresent(Int.self, forKey: key) ?? standard }
        let curve: ScheduleCurve
        switch standard {
        case .constant: curve = .constant
        case .step(let every, let factor): curve = .step(every: try count(.every, every), factor: try number(.factor, factor))
        case .multiStep(let places, let factor):
            curve = .multiStep(
                at: try container.decodeIfPresent([Int].self, forKey: .at) ?? places, factor: try number(.factor, factor))
        case .exponential(let factor): curve = .exponential(factor: try number(.factor, factor))
        case .cosine(let minimum): curve = .cosine(minimum: try number(.minimum, minimum))
        case .cosineRestarts(let period, let growth, let minimum):
            curve = .cosineRestarts(
                period: try count(.period, period), growth: try count(.growth, growth), minimum: try number(.minimum, minimum))
        case .oneCycle(let rise, let start, let end, let linear):
            curve = .oneCycle(
                rise: try number(.rise, rise), start: try number(.start, start), end: try number(.end, end),
                linear: try container.decodeIfPresent(Bool.self, forKey: .linear) ?? linear)
        case .polynomial(let power): curve = .polynomial(power: try number(.power, power))
        }
        try self.init(
            curve, per: container.decodeIfPresent(Unit.self, forKey: .per), warmUp: count(.warmUp, 0), warmUpStart: number(.warmUpStart, 0))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(curve.name, forKey: .kind)
        try container.encode(unit, forKey: .per)
        if warmUp > 0 {
            try container.encode(warmUp, forKey: .warmUp)
            try container.encode(warmUpStart, forKey: .warmUpStart)
        }
        for (key, value) in Self.settings(curve).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            switch value {
            case .count(let value): try container.encode(value, forKey: key)
            case .counts(let value): try container.encode(value, forKey: key)
            case .number(let value): try container.encode(value, forKey: key)
            case .truth(let value): try container.encode(value, forKey: key)
            }
        }
    }

    private enum Setting { case count(Int), counts([Int]), number(Double), truth(Bool) }

    private static func settings(_ curve: ScheduleCurve) -> [Key: Setting] {
        switch curve {
        case .constant: [:]
        case .step(let every, let factor): [.every: .count(every), .factor: .number(factor)]
        case .multiStep(let places, let factor): [.at: .counts(places), .factor: .number(factor)]
        case .exponential(let factor): [.factor: .number(factor)]
        case .cosine(let minimum): [.minimum: .number(minimum)]
        case .cosineRestarts(let period, let growth, let minimum):
            [.period: .count(period), .growth: .count(growth), .minimum: .number(minimum)]
        case .oneCycle(let rise, let start, let end, let linear):
            [.rise: .number(rise), .start: .number(start), .end: .number(end), .linear: .truth(linear)]
        case .polynomial(let power): [.power: .number(power)]
        }
    }

    /// The curve of a name with its default settings.
    private static func curve(_ name: String) throws -> ScheduleCurve {
        guard let curve = ScheduleCurve.standards.first(where: { $0.name == name }) else {
            let known = ScheduleCurve.standards.map(\.name).joined(separator: ", ")
            throw LearningError("schedule", "is not known, only \(known)", at: name)
        }
        return curve
    }
}
