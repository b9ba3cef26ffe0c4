import Learning

/// The newest rows of each class, to be learned again in equal shares.
///
/// A rare class keeps its rows while a frequent one passes by: each has a ring of its own. `draw` picks a class that has rows, all equally
/// often, and a row of it.
public struct BalancedReplay: StreamState, Sendable {
    public let features: Int
    public let classes: Int
    public let rowsPerClass: Int
    private var rows: [[Float]]  // of each class, a ring of [row, feature]
    private var oldest: [Int]
    private var random: SplitMix

    public init(features: Int, classes: Int, rowsPerClass: Int = 200, seed: UInt64 = 0) {
        precondition((1...1 << 16).contains(features) && (2...1024).contains(classes), "replay: features or classes out of range")
        precondition(
            (1...1 << 20).contains(rowsPerClass) && rowsPerClass * features * classes <= 1 << 28, "replay: rowsPerClass is too large")
        self.features = features
        self.classes = classes
        self.rowsPerClass = rowsPerClass
        rows = Array(repeating: [], count: classes)
        oldest = Array(repeating: 0, count: classes)
        random = SplitMix(seed: seed)
    }

    /// How many rows of a class are kept.
    public func count(of label: Int) -> Int { rows[label].count / features }

    /// Keeps a row; one that is not finite or whose label is out of range is passed over.
    public mutating func add(_ row: [Float], label: Int) {
        precondition(row.count == features, "replay: a row of \(row.count), expected \(features)")
        guard rows.indices.contains(label), isFinite(row) else { return }
        if count(of: label) < rowsPerClass {
            rows[label].append(contentsOf: row)
        } else {
            for column in 0..<features { rows[label][oldest[label] * features + column] = row[column] }
            oldest[label] = (oldest[label] + 1) % rowsPerClass
        }
    }

    /// Copies a random row of a random class; answers its label, nil while there is none.
    public mutating func draw(into row: inout [Float]) -> Int? {
        precondition(row.count == features, "replay: a row of \(row.count), expected \(features)")
        var seen = 0
        for label in 0..<classes where !rows[label].isEmpty { seen += 1 }
        guard seen > 0 else { return nil }
        var left = random.below(seen)
        for label in 0..<classes where !rows[label].isEmpty {
            if left == 0 {
                let first = random.below(count(of: label)) * features
                for column in 0..<features { row[column] = rows[label][first + column] }
                return label
            }
            left -= 1
        }
        return nil
    }

    /// Lets a learner learn rows again.
    public mutating func rehearse(_ learner: inout some StreamLearner, rows count: Int) {
        var row = Array(repeating: Float(0), count: features)
        for _ in 0..<count {
            guard let label = draw(into: &row) else { return }
            learner.learn(row, label: label)
        }
    }

    public var memoryLimit: Int { MemoryLayout<Self>.size + classes * (16 + 4 * rowsPerClass * features) }
    public var memoryBytes: Int { rows.reduce(MemoryLayout<Self>.size + 16 * classes) { $0 + 4 * $1.count } }

    public func write(to writer: inout StateWriter) {
        writer.begin("balanced-replay")
        for number in [features, classes, rowsPerClass] { writer.write(number) }
        for label in 0..<classes { writer.write(rows[label]) }
        writer.write(oldest)
        writer.write(random)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin("balanced-replay")
        features = try reader.int("features", in: 1...1 << 16)
        classes = try reader.int("classes", in: 2...1024)
        rowsPerClass = try reader.int("rows per class", in: 1...1 << 20)
        try reader.require(rowsPerClass * features * classes <= 1 << 28, "rows per class", "are too many")
        rows = []
        for _ in 0..<classes {
            let own = try reader.numbers(Float.self, "rows", limit: rowsPerClass * features)
            try reader.require(own.count % features == 0 && own.allSatisfy(\.isFinite), "rows", "are not whole or not finite")
            rows.append(own)
        }
        let places = try reader.numbers(Int64.self, "oldest", count: classes)
        for (label, place) in places.enumerated() {
            try reader.require(
                place == 0 || (0..<Int64(rowsPerClass)).contains(place) && rows[label].count == rowsPerClass * features, "oldest",
                "is \(place)")
        }
        oldest = places.map(Int.init)
        random = try reader.state(SplitMix.self)
    }
}
