/// Guesses what was meant by a word that is not known.
public enum Spelling {
    /// `; did you mean 'x'?`, or nothing where no word is near.
    public static func guess(_ word: String, _ known: [String]) -> String {
        let near = known.map { (name: $0, distance: distance(Array(word.lowercased().utf8), Array($0.lowercased().utf8))) }
            .min { $0.distance < $1.distance }
        guard let near, near.distance <= max(1, near.name.utf8.count / 3) else { return "" }
        return "; did you mean '\(near.name)'?"
    }

    /// Letters to insert, remove, replace or swap with their neighbour (Damerau's distance).
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        guard a.count <= 64, b.count <= 64 else { return 64 }
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
