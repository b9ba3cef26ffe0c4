/// chrF, 0 to 100: the F-score of character n-grams (n = 1 … 6, white space left out), recall counting β² times as much.
///
/// With `wordOrder` 2 it is chrF++. The score is taken from counts over all texts; of several references each text is compared with
/// the one that it scores best against. Popović: chrF (2015), chrF++ (2017).
public struct ChrF: SumMetric {
    public typealias Prediction = String
    public typealias Target = [String]

    public let characterOrder: Int
    public let wordOrder: Int
    public let beta: Double
    public let lowercased: Bool
    public let name: String
    public let higherIsBetter = true
    private var orders: Int { characterOrder + wordOrder }

    public init(characterOrder: Int = 6, wordOrder: Int = 0, beta: Double = 2, lowercased: Bool = false) {
        demand(
            (1...32).contains(characterOrder) && (0...16).contains(wordOrder),
            LearningError("chrF", "orders \(characterOrder) and \(wordOrder)"))
        self.characterOrder = characterOrder
        self.wordOrder = wordOrder
        self.beta = beta
        self.lowercased = lowercased
        name = wordOrder == 0 ? "chrf" : "chrf" + String(repeating: "+", count: wordOrder)
    }

    /// A text and its references, of which there is at least one.
    public func add(_ prediction: String, _ target: [String], to sums: inout SampleSums) throws {
        guard !target.isEmpty else { throw LearningError(name, "a text has no reference") }
        let text = grams(prediction)
        var best: [Double] = [], score = -1.0
        for reference in target {
            var counts: [Double] = []
            for (mine, theirs) in zip(text, grams(reference)) {
                let hits = mine.reduce(0) { $0 + min($1.value, theirs[$1.key] ?? 0) }
                // A reference too short for this order does not count against the text.
                counts.append(theirs.isEmpty ? 0 : Double(mine.values.reduce(0, +)))
                counts.append(Double(theirs.values.reduce(0, +)))
                counts.append(Double(hits))
            }
            let value = value(of: counts)
            if value > score { (best, score) = (counts, value) }
        }
        for (slot, count) in best.enumerated() { sums.add(count, at: slot) }
    }

    public func value(of sums: [Double]) -> Double {
        guard sums.count == 3 * orders else { return .nan }
        var precision = 0.0, recall = 0.0, count = 0.0
        for place in stride(from: 0, to: sums.count, by: 3) where sums[place] > 0 && sums[place + 1] > 0 {
            precision += sums[place + 2] / sums[place]
            recall += sums[place + 2] / sums[place + 1]
            count += 1
        }
        guard precision + recall > 0 else { return 0 }
        let square = beta * beta
        return 100 * (1 + square) * (precision / count) * (recall / count) / (square * precision / count + recall / count)
    }

    private func grams(_ text: String) -> [[ArraySlice<Tokens.Token>: Int]] {
        let scalars = Array((lowercased ? text.lowercased() : text).unicodeScalars)
        let characters = scalars.filter { !$0.properties.isWhitespace }.map { [$0] }
        let words = wordOrder > 0 ? Tokens.words(scalars).flatMap(Self.parts) : []
        return (1...characterOrder).map { Tokens.grams(characters, $0) } + (0..<wordOrder).map { Tokens.grams(words, $0 + 1) }
    }

    /// A word with a punctuation mark at its end, or else at its start, is two.
    private static func parts(_ word: Tokens.Token) -> [Tokens.Token] {
        guard word.count > 1, let first = word.first, let last = word.last else { return [word] }
        if isPunctuation(last) { return [Array(word.dropLast()), [last]] }
        return isPunctuation(first) ? [[first], Array(word.dropFirst())] : [word]
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "!"..."/", ":"..."@", "["..."`", "{"..."~": true
        default: false
        }
    }
}
