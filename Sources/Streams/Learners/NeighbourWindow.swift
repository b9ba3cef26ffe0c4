/// The k nearest of the newest rows: their labels vote.
///
/// Columns are compared in units of their running deviation. Each event costs `window × features` multiplications.
///
/// Cover, Hart: Nearest neighbor pattern classification (IEEE Transactions on Information Theory 1967).
public struct NeighbourWindow: StreamLearner {
    public static let name = "neighbours"
    public let features: Int
    public let classes: Int
    /// k
    public let neighbours: Int
    /// How many rows are kept.
    public let window: Int
    public private(set) var refused = 0
    private var rows: [Float]  // a ring of [row, feature]
    private var labels: [Int32] = []
    private var weights: [Float] = []
    private var oldest = 0
    private var moments: ColumnMoments

    public init(features: Int, classes: Int, neighbours: Int = 5, window: Int = 1000) {
        precondition((1...1 << 16).contains(features) && (2...1024).contains(classes), "neighbours: features or classes out of range")
        precondition(
            (1...1024).contains(neighbours) && (1...1 << 20).contains(window) && window * features <= 1 << 26,
            "neighbours: neighbours or window out of range")
        self.features = features
        self.classes = classes
        self.neighbours = neighbours
        self.window = window
        rows = []
        rows.reserveCapacity(window * features)
        labels.reserveCapacity(window)
        weights.reserveCapacity(window)
        moments = ColumnMoments(columns: features, memory: window)
    }

    public func score(_ row: [Float], into scores: inout [Float]) {
        checkShapes(row, scores)
        share(&scores)
        guard isFinite(row), !labels.isEmpty else { return }
        for place in scores.indices { scores[place] = 0 }
        let count = min(neighbours, labels.count)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: features + count) { memory in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { nearest in
                let distances = UnsafeMutableBufferPointer(rebasing: memory[features...])
                for column in 0..<features { memory[column] = Float(moments.inverses[column]) }
                find(row, scale: memory.baseAddress!, distances, nearest)
                for place in 0..<count { scores[Int(labels[Int(nearest[place])])] += weights[Int(nearest[place])] }
            }
        }
        normalize(&scores)
    }

    /// Fills the places of the nearest rows, the nearest first; of equals the one that lies first in memory.
    private func find(
        _ row: [Float], scale: UnsafePointer<Float>, _ distances: UnsafeMutableBufferPointer<Float>,
        _ nearest: UnsafeMutableBufferPointer<Int32>
    ) {
        var found = 0
        rows.withUnsafeBufferPointer { rows in
            for candidate in labels.indices {
                let first = candidate * features
                var distance: Float = 0
                for column in 0..<features {
                    let difference = (row[column] - rows[first + column]) * scale[column]
                    distance += difference * difference
                }
                // What overflows is farther than everything else.
                if !(distance < .greatestFiniteMagnitude) { distance = .greatestFiniteMagnitude }
                var place = found
                if found < nearest.count { found += 1 } else if distance < distances[found - 1] { place = found - 1 } else { continue }
                while place > 0 && distances[place - 1] > distance {
                    distances[place] = distances[place - 1]
                    nearest[place] = nearest[place - 1]
                    place -= 1
                }
                distances[place] = distance
                nearest[place] = Int32(candidate)
            }
        }
    }

    public mutating func learn(_ row: [Float], label: Int, weight: Float) {
        guard accepts(row, label: label, weight: weight) else {
            refused += 1
            return
        }
        moments.add(row)
        if labels.count < window {
            rows.append(contentsOf: row)
            labels.append(Int32(label))
            weights.append(weight)
        } else {
            for column in 0..<features { rows[oldest * features + column] = row[column] }
            labels[oldest] = Int32(label)
            weights[oldest] = weight
            oldest = (oldest + 1) % window
        }
    }

    private func bytes(rows: Int) -> Int { MemoryLayout<Self>.size + rows * (4 * features + 8) + 24 * features }
    public var memoryLimit: Int { bytes(rows: window) }
    public var memoryBytes: Int { bytes(rows: labels.count) }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        for number in [features, classes, neighbours, window, refused, oldest] { writer.write(number) }
        writer.write(moments)
        writer.write(rows)
        writer.write(labels)
        writer.write(weights)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        features = try reader.int("features", in: 1...1 << 16)
        classes = try reader.int("classes", in: 2...1024)
        neighbours = try reader.int("neighbours", in: 1...1024)
        window = try reader.int("window", in: 1...1 << 20)
        try reader.require(window * features <= 1 << 26, "window", "is too large")
        refused = try reader.count("refused")
        oldest = try reader.int("oldest", in: 0...window - 1)
        moments = try reader.state(ColumnMoments.self)
        try reader.require(moments.means.count == features, "moments", "are of \(moments.means.count) columns")
        rows = try reader.numbers(Float.self, "rows", limit: window * features)
        labels = try reader.numbers(Int32.self, "labels", limit: window)
        weights = try reader.numbers(Float.self, "weights", count: labels.count)
        try reader.require(rows.count == labels.count * features, "rows", "do not suit the labels")
        try reader.require(oldest == 0 || labels.count == window, "oldest", "is \(oldest) of a window that is not full")
        try reader.require(labels.allSatisfy { (0..<Int32(classes)).contains($0) }, "labels", "are out of range")
        try reader.require(rows.allSatisfy(\.isFinite) && weights.allSatisfy { $0 > 0 && $0 <= 1e6 }, "rows", "are not finite")
    }
}
