/// A stretch of a stream: a number of events (or of steps of a number that orders them), or a time.
///
/// In JSON a whole number, or a text such as `"90 s"`, `"10 min"`, `"1 h"`, `"7 d"`; the units are `us`, `ms`, `s`, `min`, `h`, `d`.
public enum FeatureSpan: Sendable, Hashable {
    case steps(Int)
    /// Microseconds.
    case time(Int64)

    private static let units: [(name: String, microseconds: Int64)] = [
        ("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1000), ("us", 1),
    ]

    /// From a text such as `10 min`; throws where it is none.
    public init(_ text: String) throws {
        func refuse(_ reason: String) -> FeatureError { FeatureError("span", "\(reason), such as '10 min'", at: text) }
        let number = text.prefix { $0.isNumber || $0 == "-" }
        let unit = text.dropFirst(number.count).drop { $0 == " " }
        guard let amount = Int64(number) else { throw refuse("a whole number and a unit are expected") }
        guard let factor = FeatureSpan.units.first(where: { $0.name == unit })?.microseconds else {
            throw refuse("the unit is one of us, ms, s, min, h, d")
        }
        let (product, overflow) = amount.multipliedReportingOverflow(by: factor)
        if overflow || abs(product) > 1 << 53 { throw FeatureError("span", "longer than can be counted in microseconds", at: text) }
        self = .time(product)
    }

    /// The span as it is written.
    var text: String {
        switch self {
        case .steps(let count): return "\(count)"
        case .time(let span):
            let unit = FeatureSpan.units.first { span % $0.microseconds == 0 } ?? ("us", 1)
            return "\(span / unit.microseconds) \(unit.name)"
        }
    }
}

extension FeatureSpan: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let count = try? container.decode(Int.self) {
            self = .steps(count)
        } else {
            self = try FeatureSpan(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if case .steps(let count) = self { try container.encode(count) } else { try container.encode(text) }
    }
}
