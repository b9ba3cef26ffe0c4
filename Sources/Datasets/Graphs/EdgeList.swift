/// Reads graphs from lists of edges.
public enum EdgeList {
    /// More nodes than this are refused: a number in a hostile file must not decide how much memory is taken.
    public static let maximumNodes = 100_000_000

    /// A graph from a file, also one that gzip has packed, whose lines are `from to` or `from to weight`, apart by spaces, tabs or commas;
    /// lines that begin with `#` or `%` are comments.
    ///
    /// - Parameter named: nodes are names, numbered in the order in which they appear; else they are the numbers 0, 1, 2, …
    /// - Parameter nodeCount: for numbered nodes; one more than the largest number by default.
    public static func graph(_ path: String, named: Bool = false, nodeCount: Int? = nil) throws -> Graph {
        try graph(FileBytes.read(path, for: "edges"), named: named, nodeCount: nodeCount, at: path)
    }

    static func graph(_ bytes: [UInt8], named: Bool, nodeCount: Int?, at place: String) throws -> Graph {
        var numbers: [Substring: Int32] = [:], names: [String] = []
        var sources: [Int32] = [], targets: [Int32] = [], weights: [Float]?
        let text = try TextEncoding.utf8.decode(bytes, for: "edges", at: place)
        func node(_ word: Substring, _ line: Int) throws -> Int32 {
            if named {
                if let known = numbers[word] { return known }
                numbers[word] = Int32(names.count)
                names.append(String(word))
                return Int32(names.count - 1)
            }
            guard let number = Int32(word), number >= 0, Int(number) < nodeCount ?? maximumNodes else {
                throw DatasetError("edges", "line \(line): '\(word.prefix(40))' is no node number", at: place)
            }
            return number
        }
        for (index, line) in text.lines.enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "," || $0 == "\r" }
            guard let first = words.first, !first.hasPrefix("#"), !first.hasPrefix("%") else { continue }
            guard 2...3 ~= words.count, sources.isEmpty || (weights == nil) == (words.count == 2) else {
                throw DatasetError(
                    "edges", "line \(index + 1) has \(words.count) words; lines are 'from to', or all 'from to weight'", at: place)
            }
            sources.append(try node(words[0], index + 1))
            targets.append(try node(words[1], index + 1))
            if words.count == 3 {
                guard let weight = Float(words[2]) else {
                    throw DatasetError("edges", "line \(index + 1): '\(words[2].prefix(40))' is no weight", at: place)
                }
                weights = weights ?? []
                weights!.append(weight)
            }
        }
        let largest = Int(zip(sources, targets).map { max($0, $1) }.max() ?? -1) + 1
        return try Graph(
            nodeCount: named ? names.count : nodeCount ?? largest, sources: sources, targets: targets, weights: weights, names: names)
    }
}
