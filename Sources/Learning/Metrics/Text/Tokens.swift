/// A text in parts. A part is its scalars, so that texts are equal only if they are so scalar by scalar.
enum Tokens {
    typealias Token = [Unicode.Scalar]

    /// What white space separates.
    static func words(_ text: String) -> [Token] { words(Array(text.unicodeScalars)) }

    static func words(_ scalars: [Unicode.Scalar]) -> [Token] {
        scalars.split { $0.properties.isWhitespace }.map(Array.init)
    }

    /// How often each run of `order` neighbours occurs.
    static func grams<Element: Hashable>(_ elements: [Element], _ order: Int) -> [ArraySlice<Element>: Int] {
        guard elements.count >= order else { return [:] }
        var counts: [ArraySlice<Element>: Int] = [:]
        counts.reserveCapacity(elements.count)
        for start in 0...(elements.count - order) { counts[elements[start..<start + order], default: 0] += 1 }
        return counts
    }
}
