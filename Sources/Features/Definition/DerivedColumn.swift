/// A column computed from others, event by event, for every entity by itself.
///
/// In JSON one of
/// ```
/// {"name": "power", "expression": "torque * speed * 0.10472", "unit": "W"}
/// {"name": "before", "lag": 1, "of": "torque"}                                 the value so many events ago
/// {"name": "step", "difference": 1, "of": "torque"}                            the value less that one
/// {"name": "*_mean", "rolling": "mean", "of": "s*", "over": 30}                over 30 events, or over a time such as "10 min"
/// {"name": "smooth", "average": 0.2, "of": "torque"}                           y ← 0.8 y + 0.2 x
/// {"name": "hour", "calendar": "hour", "of": "time", "wave": "sine", "offset": "8 h"}
/// ```
/// With a pattern in `of` there is one such column for every column that fits; a `*` in the name stands for that column's name.
/// A result that is not a finite number counts as missing, as does one computed from missing values; rolling statistics and averages
/// leave missing values out.
public struct DerivedColumn: Sendable, Hashable {
    public enum Statistic: String, Sendable, Hashable, Codable, CaseIterable {
        case mean
        /// The standard deviation of a sample: the sum of squares is divided by one less than the number of values.
        case deviation
        case minimum, maximum, sum
        /// The slope of the least-squares line: per event, or per second where the window is a time.
        case slope
    }

    public enum Wave: String, Sendable, Hashable, Codable, CaseIterable { case sine, cosine }

    public enum Rule: Sendable, Hashable {
        case expression(String)
        case lag(Int)
        case difference(Int)
        /// Missing where fewer than `minimum` values are there. A window of time keeps at most `limit` events, the newest.
        case rolling(Statistic, over: FeatureSpan, minimum: Int = 1, limit: Int = 1024)
        /// An exponentially weighted average with this weight of the newest value.
        case average(Double)
        /// `offset` is that of local time from UTC in microseconds. With a wave: sin or cos of 2π part / period.
        case calendar(CalendarPart, wave: Wave? = nil, offset: Int64 = 0)
    }

    public let name: String
    /// The column, or the columns, that it is computed from; empty for an expression, which names them itself.
    public let of: String
    public let rule: Rule
    public let unit: String?

    public init(_ name: String, _ rule: Rule, of column: String = "", unit: String? = nil) {
        self.name = name
        self.of = column
        self.rule = rule
        self.unit = unit
    }
}

extension DerivedColumn: Codable {
    private static let rules = ["expression", "lag", "difference", "rolling", "average", "calendar"]

    public init(from decoder: any Decoder) throws {
        let record = try Record(
            decoder, called: "derived",
            keys: ["name", "of", "unit", "over", "minimum", "limit", "wave", "offset"] + DerivedColumn.rules)
        name = try record.required("name")
        of = try record.optional("of") ?? ""
        unit = try record.optional("unit")
        let said = DerivedColumn.rules.filter(record.has)
        guard said.count == 1 else {
            throw FeatureError("definition", "exactly one of \(DerivedColumn.rules.joined(separator: ", ")) is expected", at: name)
        }
        let own: [String: [String]] = ["rolling": ["over", "minimum", "limit"], "calendar": ["wave", "offset"]]
        for key in ["over", "minimum", "limit", "wave", "offset"] where record.has(key) && own[said[0]]?.contains(key) != true {
            throw FeatureError("definition", "'\(key)' means nothing beside '\(said[0])'", at: name)
        }
        switch said[0] {
        case "expression": rule = .expression(try record.required("expression"))
        case "lag": rule = .lag(try record.required("lag"))
        case "difference": rule = .difference(try record.required("difference"))
        case "average": rule = .average(try record.required("average"))
        case "rolling":
            rule = .rolling(
                try record.choice("rolling"), over: try record.required("over"), minimum: try record.optional("minimum") ?? 1,
                limit: try record.optional("limit") ?? 1024)
        default:
            var offset: Int64 = 0
            if let span: FeatureSpan = try record.optional("offset") {
                guard case .time(let time) = span else { throw FeatureError("definition", "the offset is a time such as '8 h'", at: name) }
                offset = time
            }
            rule = .calendar(try record.choice("calendar"), wave: record.has("wave") ? try record.choice("wave") : nil, offset: offset)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Record.Key.self)
        try container.write("name", name)
        if !of.isEmpty { try container.write("of", of) }
        try container.writeIfPresent("unit", unit)
        switch rule {
        case .expression(let text): try container.write("expression", text)
        case .lag(let count): try container.write("lag", count)
        case .difference(let count): try container.write("difference", count)
        case .average(let weight): try container.write("average", weight)
        case .rolling(let statistic, let over, let minimum, let limit):
            try container.write("rolling", statistic)
            try container.write("over", over)
            if minimum != 1 { try container.write("minimum", minimum) }
            if limit != 1024 { try container.write("limit", limit) }
        case .calendar(let part, let wave, let offset):
            try container.write("calendar", part)
            try container.writeIfPresent("wave", wave)
            if offset != 0 { try container.write("offset", FeatureSpan.time(offset)) }
        }
    }
}
