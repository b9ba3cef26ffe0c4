/// The candidate nearest to a name by the number of letters typed wrong, left out, added or exchanged with a neighbour; nil where
/// none is near. Case does not count.
///
/// The distance is that of Damerau and Levenshtein with adjacent exchanges; near is a third of the name's length, at least 1, none for single letters.
public func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    let allowed = wanted.count < 2 ? 0 : max(1, wanted.count / 3)
    var best: (distance: Int, name: String)?
    for candidate in candidates {
        let letters = Array(candidate.lowercased().unicodeScalars.prefix(64))
        if abs(letters.count - wanted.count) > allowed { continue }
        let found = distance(wanted, letters)
        if found <= allowed, found < best?.distance ?? .max { best = (found, candidate) }
    }
    return best?.name
}

/// `; did you mean 'x'?`, or where nothing is near `; there are a, b, c`, to be put behind a message about an unknown name.
public func hint(for name: String, among candidates: [String], called plural: String = "there are") -> String {
    if let near = nearest(to: name, among: candidates) { return "; did you mean '\(near)'?" }
    if candidates.isEmpty { return "" }
    let shown = candidates.prefix(12).joined(separator: ", ")
    return "; \(plural) \(shown)\(candidates.count > 12 ? " and \(candidates.count - 12) more" : "")"
}

private func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var before = [Int](), previous = Array(0...b.count)
    for i in 0..<a.count {
        var current = [i + 1]
        for j in 0..<b.count {
            var least = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
            current.append(least)
        }
        before = previous
        previous = current
    }
    return previous[b.count]
}
