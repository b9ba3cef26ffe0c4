/// Corpus BLEU, 0 to 100: the geometric mean of the n-gram precisions (n = 1 … 4), times exp(1 − reference length / length) for short texts.
///
/// An n-gram counts at most as often as in the reference that has it most; the reference length is that closest in length. An order
/// without a hit gets the precision 1 / (2ᵏ total), k = 1, 2, … one after the other. Papineni, Roukos, Ward, Zhu (2002); Post: A call
/// for clarity in reporting BLEU scores (2018).
public struct BLEU: SumMetric {
    public typealias Prediction = String
    public typealias Target = [String]

    public let tokenizer: BLEUTokenizer
    public let lowercased: Bool
    public let order: Int
    public let name = "bleu"
    public let higherIsBetter = true

    public init(tokenizer: BLEUTokenizer = .v13a, lowercased: Bool = false, order: Int = 4) {
        demand((1...16).contains(order), LearningError("bleu", "order \(order)"))
        self.tokenizer = tokenizer
        self.lowercased = lowercased
        self.order = order
    }

    /// A text and its references, of which there is at least one.
    public func add(_ prediction: String, _ target: [String], to sums: inout SampleSums) throws {
        guard !target.isEmpty else { throw LearningError(name, "a text has no reference") }
        func cut(_ text: String) -> [Int] {
            tokenizer.tokens(lowercased ? text.lowercased() : text).map { token in
                if let number = numbers[token] { return number }
                numbers[token] = numbers.count
                return numbers.count - 1
            }
        }
        var numbers: [Tokens.Token: Int] = [:]
        let text = cut(prediction), references = target.map(cut)
        let closest = references.map(\.count).min { a, b in
            let gaps = ((a - text.count).magnitude, (b - text.count).magnitude)
            return gaps.0 != gaps.1 ? gaps.0 < gaps.1 : a < b
        }
        sums.add(Double(text.count), at: 0)
        sums.add(Double(closest ?? 0), at: 1)
        for n in 1...order {
            let grams = Tokens.grams(text, n)
            var most: [ArraySlice<Int>: Int] = [:]
            for reference in references { most.merge(Tokens.grams(reference, n)) { max($0, $1) } }
            let hits = grams.reduce(0) { $0 + min($1.value, most[$1.key] ?? 0) }
            sums.add(Double(hits), at: 2 * n)
            sums.add(Double(max(0, text.count - n + 1)), at: 2 * n + 1)
        }
    }

    public func value(of sums: [Double]) -> Double {
        guard sums.count == 2 * order + 2 else { return .nan }
        let length = sums[0], reference = sums[1]
        guard (1...order).contains(where: { sums[2 * $0] > 0 }) else { return 0 }
        var logs = 0.0, smooth = 1.0
        for n in 1...order {
            let hits = sums[2 * n], total = sums[2 * n + 1]
            if total == 0 { return 0 }
            if hits == 0 { smooth *= 2 }
            logs += Elementary.log(hits > 0 ? hits / total : 1 / (smooth * total))
        }
        let penalty = length < reference ? Elementary.exp(1 - reference / length) : 1
        return 100 * penalty * Elementary.exp(logs / Double(order))
    }
}
