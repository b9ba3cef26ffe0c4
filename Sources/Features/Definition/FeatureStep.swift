/// One step on the way from columns to a model's input.
///
/// Steps on numbers, in the order in which they are listed; every one learns its numbers from what the steps before it give:
/// ```
/// {"impute": "mean"}            missing values become the column's mean; also "median", "previous" (the entity's last one), or a number
/// {"clip": {"low": 0, "high": 9}}, {"clip": {"quantiles": [0.01, 0.99]}}
/// {"scale": "standard"}         (x − mean) / standard deviation; "min-max": (x − min) / (max − min);
///                               "robust": (x − median) / (third − first quartile); "log1p": sign(x) log(1 + |x|)
/// {"select": 10}                the columns with the most mutual information with the target, in their order
/// {"pca": 5}, {"pca": 0.95}     principal components: a number of them, or a share of the variance; {"pca": {"components": 5, "whiten": true}}
/// ```
/// A divisor of zero becomes one. Steps on strings, one a group:
/// ```
/// {"one-hot": {"limit": 100, "other": true}}   a column for each of the most frequent values, and one for all others and null
/// {"ordinal": {"limit": 100}}                  the value's place from 1; 0 for null and what was not seen
/// {"hash": 1024}                               1 + FNV-1a(column, value) mod the number of buckets; 0 for null
/// {"tokens": {"by": "word", "length": 64, "vocabulary": 20000, "minimum": 2}}    0 pads, 1 is unknown
/// ```
public enum FeatureStep: Sendable, Hashable {
    public enum Imputation: Sendable, Hashable {
        case mean, median, previous
        case constant(Double)
    }
    public enum Scaling: String, Sendable, Hashable, Codable, CaseIterable {
        case standard
        case minMax = "min-max"
        case robust, log1p
    }
    public enum Components: Sendable, Hashable {
        case count(Int)
        /// As many as explain this share of the variance.
        case share(Double)
    }
    public enum TokenKind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Runs of letters and digits in lower case; any other sign that is no space is a token of its own.
        case word
        /// Characters in lower case.
        case character
    }

    case impute(Imputation)
    case clip(low: Double?, high: Double?)
    case clipQuantiles(Double, Double)
    case scale(Scaling)
    case select(Int)
    case pca(Components, whiten: Bool = false)
    case oneHot(limit: Int = 1000, other: Bool = false)
    case ordinal(limit: Int = 100_000)
    case hash(buckets: Int)
    case tokens(TokenKind, length: Int, vocabulary: Int = 20_000, minimum: Int = 1)

    /// Whether the step turns strings into numbers.
    var isEncoder: Bool {
        switch self {
        case .oneHot, .ordinal, .hash, .tokens: true
        default: false
        }
    }

    /// The step's key in JSON.
    var name: String {
        switch self {
        case .impute: "impute"
        case .clip, .clipQuantiles: "clip"
        case .scale: "scale"
        case .select: "select"
        case .pca: "pca"
        case .oneHot: "one-hot"
        case .ordinal: "ordinal"
        case .hash: "hash"
        case .tokens: "tokens"
        }
    }

    /// All keys, in the order in which steps written without a list are taken.
    static let names = ["impute", "clip", "scale", "select", "pca", "one-hot", "ordinal", "hash", "tokens"]

    /// Throws where a number is out of its range.
    func check(in group: String) throws {
        func demand(_ condition: Bool, _ reason: String) throws {
            if !condition { throw FeatureError(name, reason, at: group) }
        }
        switch self {
        case .impute(.constant(let value)): try demand(value.isFinite, "the constant is not finite")
        case .impute, .scale: break
        case .clip(let low, let high):
            try demand(low != nil || high != nil, "a bound is missing: low, high or both")
            try demand(low?.isFinite ?? true && high?.isFinite ?? true, "the bounds are not finite")
            if let low, let high { try demand(low <= high, "the lower bound \(low) is above the upper \(high)") }
        case .clipQuantiles(let low, let high):
            try demand(low >= 0 && high <= 1 && low < high, "quantiles go from 0 to 1, the lower one first")
        case .select(let count): try demand(count > 0, "at least one column is selected")
        case .pca(.count(let count), _): try demand(count > 0, "at least one component is kept")
        case .pca(.share(let share), _): try demand(share > 0 && share < 1, "a share of the variance is above 0 and below 1")
        case .oneHot(let limit, _): try demand((1...65_536).contains(limit), "the limit is between 1 and 65536")
        case .ordinal(let limit): try demand((1...1 << 24).contains(limit), "the limit is between 1 and \(1 << 24)")
        case .hash(let buckets): try demand((1...1 << 30).contains(buckets), "the number of buckets is between 1 and \(1 << 30)")
        case .tokens(_, let length, let vocabulary, let minimum):
            try demand((1...65_536).contains(length), "the length is between 1 and 65536")
            try demand((1...1 << 24).contains(vocabulary), "the vocabulary is between 1 and \(1 << 24)")
            try demand(minimum >= 1, "a token counts from once on")
        }
    }
}

extension FeatureStep: Codable {
    public init(from decoder: any Decoder) throws {
        let record = try Record(decoder, called: "steps", keys: FeatureStep.names)
        let said = FeatureStep.names.filter(record.has)
        guard said.count == 1 else {
            throw FeatureError("definition", "a step has exactly one key of \(FeatureStep.names.joined(separator: ", "))", at: "steps")
        }
        self = try FeatureStep(said[0], in: record)
    }

    /// The step under this key.
    init(_ key: String, in record: Record) throws {
        let container = record.container, place = Record.Key(key)
        func nested(_ keys: [String]) throws -> Record { try Record(try container.superDecoder(forKey: place), called: key, keys: keys) }
        switch key {
        case "impute":
            if let value = try? container.decode(Double.self, forKey: place) {
                self = .impute(.constant(value))
            } else {
                let text: String = try record.required(key)
                guard let kind = ["mean": Imputation.mean, "median": .median, "previous": .previous][text] else {
                    let hint = hint(for: text, among: ["mean", "median", "previous"], called: "it is a number or one of")
                    throw FeatureError("definition", "'impute' cannot be '\(text)'\(hint)", at: record.called)
                }
                self = .impute(kind)
            }
        case "clip":
            let bounds = try nested(["low", "high", "quantiles"])
            if let quantiles: [Double] = try bounds.optional("quantiles") {
                if quantiles.count != 2 || bounds.has("low") || bounds.has("high") {
                    throw FeatureError("definition", "two quantiles are expected and no other bounds", at: "clip")
                }
                self = .clipQuantiles(quantiles[0], quantiles[1])
            } else {
                self = .clip(low: try bounds.optional("low"), high: try bounds.optional("high"))
            }
        case "scale": self = .scale(try record.choice(key))
        case "select": self = .select(try record.required(key))
        case "pca":
            func components(_ number: Double) -> Components { number < 1 ? .share(number) : .count(Int(exactly: number.rounded()) ?? 0) }
            if let number = try? container.decode(Double.self, forKey: place) {
                self = .pca(components(number))
            } else {
                let options = try nested(["components", "whiten"])
                self = .pca(components(try options.required("components")), whiten: try options.optional("whiten") ?? false)
            }
        case "one-hot":
            let options = try nested(["limit", "other"])
            self = .oneHot(limit: try options.optional("limit") ?? 1000, other: try options.optional("other") ?? false)
        case "ordinal": self = .ordinal(limit: try nested(["limit"]).optional("limit") ?? 100_000)
        case "hash": self = .hash(buckets: try record.required(key))
        default:
            let options = try nested(["by", "length", "vocabulary", "minimum"])
            self = .tokens(
                options.has("by") ? try options.choice("by") : .word, length: try options.required("length"),
                vocabulary: try options.optional("vocabulary") ?? 20_000, minimum: try options.optional("minimum") ?? 1)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Record.Key.self)
        func nested() -> KeyedEncodingContainer<Record.Key> {
            container.nestedContainer(keyedBy: Record.Key.self, forKey: Record.Key(name))
        }
        switch self {
        case .impute(.mean): try container.write(name, "mean")
        case .impute(.median): try container.write(name, "median")
        case .impute(.previous): try container.write(name, "previous")
        case .impute(.constant(let value)): try container.write(name, value)
        case .clip(let low, let high):
            var options = nested()
            try options.writeIfPresent("low", low)
            try options.writeIfPresent("high", high)
        case .clipQuantiles(let low, let high):
            var options = nested()
            try options.write("quantiles", [low, high])
        case .scale(let kind): try container.write(name, kind)
        case .select(let count): try container.write(name, count)
        case .pca(let components, let whiten):
            var options = nested()
            switch components {
            case .count(let count): try options.write("components", count)
            case .share(let share): try options.write("components", share)
            }
            try options.write("whiten", whiten)
        case .oneHot(let limit, let other):
            var options = nested()
            try options.write("limit", limit)
            try options.write("other", other)
        case .ordinal(let limit):
            var options = nested()
            try options.write("limit", limit)
        case .hash(let buckets): try container.write(name, buckets)
        case .tokens(let kind, let length, let vocabulary, let minimum):
            var options = nested()
            try options.write("by", kind)
            try options.write("length", length)
            try options.write("vocabulary", vocabulary)
            try options.write("minimum", minimum)
        }
    }
}
