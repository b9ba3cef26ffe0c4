/// How long the rows of a batch of token numbers are.
public enum TextLength: Hashable, Sendable {
    /// All alike: longer texts are cut.
    case fixed(Int)
    /// As the longest text of the batch, rounded up to a multiple, no longer than the limit.
    case longest(multipleOf: Int = 1, limit: Int)
    /// The first of these lengths that holds every text of the batch; texts of like length come together. Longer texts are cut to the last.
    case buckets([Int])

    /// The longest row.
    var limit: Int {
        switch self {
        case .fixed(let length): length
        case .longest(_, let limit): limit
        case .buckets(let lengths): lengths.max() ?? 0
        }
    }

    /// The width of a batch whose longest text, already cut, is this long.
    func width(_ longest: Int) -> Int {
        switch self {
        case .fixed(let length): length
        case .longest(let multiple, let limit): min(limit, max(1, (longest + multiple - 1) / multiple * multiple))
        case .buckets(let lengths): lengths.filter { $0 >= longest }.min() ?? limit
        }
    }
}
