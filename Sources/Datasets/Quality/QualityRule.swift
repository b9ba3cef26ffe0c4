/// What a column of good data is like.
///
/// In JSON one of
/// ```
/// {"column": "torque", "range": [0, 100]}                       null at either end: no bound
/// {"column": "s*", "present": true}                             no nulls; {"column": "s*", "nulls": 0.05} at most this share of them
/// {"column": "id", "unique": true}
/// {"column": "name", "matches": "[A-Z]{2}-[0-9]+"}              the whole string
/// {"column": "type", "allowed": ["L", "M", "H"]}
/// {"column": "time", "monotone": "increasing", "by": "unit"}    or "strict"; each value of `by` on its own
/// {"column": "torque", "drift": "psi", "limit": 0.2}            or "ks": how far the column is from the reference's
/// ```
/// Rules on values put the rows that break them into quarantine, a null only under `present`; shares of nulls and drift are properties of the
/// whole. A pattern stands for all columns that fit.
public struct QualityRule: Sendable, Hashable {
    public enum Order: String, Sendable, Hashable, Codable { case increasing, strict }
    public enum Drift: String, Sendable, Hashable, Codable {
        /// The population stability index Σ (p − q) log(p / q) over ten bins of equal counts in the reference, or over its categories.
        case psi
        /// The statistic of Kolmogorov and Smirnov: the largest distance of the two distribution functions.
        case ks
    }
    public enum Demand: Sendable, Hashable {
        case range(Double?, Double?)
        case present
        case nulls(atMost: Double)
        case unique
        case matches(String)
        case allowed([String])
        case monotone(Order, by: String?)
        case drift(Drift, limit: Double)
    }

    /// A name, or a pattern with `*` and `?`.
    public let column: String
    public let demand: Demand

    public init(_ column: String, _ demand: Demand) {
        self.column = column
        self.demand = demand
    }

    /// Whether single rows break the rule.
    var isOnRows: Bool {
        switch demand {
        case .nulls, .drift: false
        default: true
        }
    }

    /// The demand in words, such as `range 0 to 100`.
    var words: String {
        switch demand {
        case .range(let low, let high):
            switch (low, high) {
            case (let low?, let high?): "range \(short(low)) to \(short(high))"
            case (let low?, nil): "at least \(short(low))"
            case (nil, let high?): "at most \(short(high))"
            case (nil, nil): "range"
            }
        case .present: "present"
        case .nulls(let share): "at most \(short(share * 100)) % null"
        case .unique: "unique"
        case .matches(let pattern): "matches \(pattern)"
        case .allowed(let values): "one of \(values.prefix(6).joined(separator: ", "))\(values.count > 6 ? ", ..." : "")"
        case .monotone(let order, let by): "\(order == .strict ? "strictly increasing" : "increasing")\(by.map { " by \($0)" } ?? "")"
        case .drift(let kind, let limit): "\(kind.rawValue) at most \(short(limit))"
        }
    }

    func check() throws {
        func demand(_ condition: Bool, _ reason: String) throws { if !condition { throw DatasetError("quality", reason, at: column) } }
        switch self.demand {
        case .range(let low, let high):
            try demand(low != nil || high != nil, "a range needs a bound")
            try demand(!(low?.isNaN ?? false) && !(high?.isNaN ?? false), "a bound is not a number")
            if let low, let high { try demand(low <= high, "the lower bound \(short(low)) is above the upper \(short(high))") }
        case .nulls(let share): try demand((0...1).contains(share), "a share of nulls is between 0 and 1")
        case .drift(_, let limit): try demand(limit > 0, "the limit of a drift is above zero")
        case .allowed(let values): try demand(!values.isEmpty, "no value is allowed")
        case .present, .unique, .matches, .monotone: break
        }
    }
}

/// A number, a whole one without its fraction.
func short(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return "\(Int(number))" }
    return "\((number * 10_000).rounded() / 10_000 == 0 ? number : (number * 10_000).rounded() / 10_000)"
}

extension QualityRule: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case column, range, present, nulls, unique, matches, allowed, monotone, by, drift, limit
    }

    public init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Key.allCases.map(\.rawValue), "quality")
        let container = try decoder.container(keyedBy: Key.self)
        let column = try container.decode(String.self, forKey: .column)
        let kinds: [Key] = [.range, .present, .nulls, .unique, .matches, .allowed, .monotone, .drift]
        let said = kinds.filter(container.contains)
        guard said.count == 1 else {
            throw DatasetError("quality", "a rule has exactly one of \(kinds.map(\.rawValue).joined(separator: ", "))", at: column)
        }
        if container.contains(.by), said[0] != .monotone {
            throw DatasetError("quality", "'by' means nothing beside '\(said[0].rawValue)'", at: column)
        }
        if container.contains(.limit), said[0] != .drift {
            throw DatasetError("quality", "'limit' means nothing beside '\(said[0].rawValue)'", at: column)
        }
        func flag(_ key: Key) throws {
            if try !container.decode(Bool.self, forKey: key) {
                throw DatasetError("quality", "'\(key.rawValue)' is true, or left out", at: column)
            }
        }
        switch said[0] {
        case .range:
            let bounds = try container.decode([Double?].self, forKey: .range)
            if bounds.count != 2 { throw DatasetError("quality", "a range has two ends", at: column) }
            demand = .range(bounds[0], bounds[1])
        case .present:
            try flag(.present)
            demand = .present
        case .nulls: demand = .nulls(atMost: try container.decode(Double.self, forKey: .nulls))
        case .unique:
            try flag(.unique)
            demand = .unique
        case .matches: demand = .matches(try container.decode(String.self, forKey: .matches))
        case .allowed: demand = .allowed(try container.decode([String].self, forKey: .allowed))
        case .monotone:
            demand = .monotone(
                try container.decode(Order.self, forKey: .monotone), by: try container.decodeIfPresent(String.self, forKey: .by))
        default:
            let kind = try container.decode(Drift.self, forKey: .drift)
            demand = .drift(kind, limit: try container.decodeIfPresent(Double.self, forKey: .limit) ?? (kind == .psi ? 0.2 : 0.1))
        }
        self.column = column
        try check()
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(column, forKey: .column)
        switch demand {
        case .range(let low, let high): try container.encode([low, high], forKey: .range)
        case .present: try container.encode(true, forKey: .present)
        case .nulls(let share): try container.encode(share, forKey: .nulls)
        case .unique: try container.encode(true, forKey: .unique)
        case .matches(let pattern): try container.encode(pattern, forKey: .matches)
        case .allowed(let values): try container.encode(values, forKey: .allowed)
        case .monotone(let order, let by):
            try container.encode(order, forKey: .monotone)
            try container.encodeIfPresent(by, forKey: .by)
        case .drift(let kind, let limit):
            try container.encode(kind, forKey: .drift)
            try container.encode(limit, forKey: .limit)
        }
    }
}
