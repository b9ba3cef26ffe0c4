import Learning

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A decision tree that grows while it reads a stream: a leaf splits once enough rows have shown which split is best.
///
/// Nodes and leaves are flat arrays; an event takes no memory except when a leaf splits, and `leafLimit` bounds that.
///
/// Domingos, Hulten: Mining high-speed data streams (KDD 2000). Holmes, Kirkby, Pfahringer: Stress-testing Hoeffding trees (PKDD 2005),
/// for leaves that choose between majority and naive Bayes. Gama, Fernandes, Rocha: Decision trees for mining data streams (IDA 2006), for
/// the normal distributions.
public struct HoeffdingTree: StreamLearner {
    public static let name = "hoeffding-tree"
    public let features: Int
    public let classes: Int
    public let settings: TreeSettings
    public private(set) var refused = 0
    private var random: SplitMix
    private var column: [Int32] = []  // of each node; −1 for a leaf
    private var threshold: [Float] = []
    private var link: [Int32] = []  // the first of a node's two children; the slot of a leaf
    private var pool: LeafPool

    public init(features: Int, classes: Int, settings: TreeSettings = TreeSettings(), seed: UInt64 = 0) {
        precondition((1...1 << 16).contains(features) && (2...1024).contains(classes), "hoeffding-tree: features or classes out of range")
        self.features = features
        self.classes = classes
        self.settings = settings
        random = SplitMix(seed: seed)
        pool = LeafPool(features: features, classes: classes, width: Self.width(features, settings))
        restart(seed: seed)
    }

    private static func width(_ features: Int, _ settings: TreeSettings) -> Int {
        settings.columnsPerLeaf == 0 ? features : min(features, settings.columnsPerLeaf)
    }

    /// Forgets everything and keeps the memory.
    mutating func restart(seed: UInt64) {
        random = SplitMix(seed: seed)
        column.removeAll(keepingCapacity: true)
        threshold.removeAll(keepingCapacity: true)
        link.removeAll(keepingCapacity: true)
        pool.removeAll()
        addLeaf(slot: pool.append(inherited: Array(repeating: 0, count: classes), using: &random))
    }

    private mutating func addLeaf(slot: Int) {
        column.append(-1)
        threshold.append(0)
        link.append(Int32(slot))
    }

    public var leaves: Int { pool.count }

    /// The node at which a row arrives.
    func leaf(_ row: [Float]) -> Int {
        var node = 0
        while column[node] >= 0 { node = Int(link[node]) + (row[Int(column[node])] <= threshold[node] ? 0 : 1) }
        return node
    }

    public func score(_ row: [Float], into scores: inout [Float]) {
        checkShapes(row, scores)
        share(&scores)
        if isFinite(row) { score(row, at: leaf(row), into: &scores) }
    }

    /// The probabilities at a leaf; answers what naive Bayes alone would say, where it was asked.
    @discardableResult
    func score(_ row: [Float], at leaf: Int, into scores: inout [Float]) -> Int? {
        let slot = Int(link[leaf])
        guard settings.leafAnswer != .majority else {
            majority(slot, into: &scores)
            return nil
        }
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { logs in
            let top = bayes(slot, row, logs)
            if logs[top].isFinite && (settings.leafAnswer == .naiveBayes || pool.bayesIsBetter(slot)) {
                for label in 0..<classes { scores[label] = Float(exp(logs[label] - logs[top])) }
                normalize(&scores)
            } else {
                majority(slot, into: &scores)
            }
            return top
        }
    }

    /// The class that naive Bayes answers, and the logarithms of all; the majority where nothing was learned yet.
    private func bayes(_ slot: Int, _ row: [Float], _ logs: UnsafeMutableBufferPointer<Double>) -> Int {
        pool.bayes(slot, row, logs)
        var top = 0
        for label in 1..<classes where logs[label] > logs[top] { top = label }
        return logs[top].isFinite ? top : pool.majority(slot)
    }

    private func majority(_ slot: Int, into scores: inout [Float]) {
        for (label, weight) in pool.weights(slot).enumerated() { scores[label] = Float(max(0, weight)) }
        normalize(&scores)
    }

    public mutating func learn(_ row: [Float], label: Int, weight: Float) {
        guard accepts(row, label: label, weight: weight) else {
            refused += 1
            return
        }
        let leaf = leaf(row), slot = Int(link[leaf])
        var answer: Int?
        if settings.leafAnswer == .adaptive {
            answer = withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { bayes(slot, row, $0) }
        }
        learn(row, at: leaf, label: label, weight: Double(weight), bayes: answer)
    }

    /// Learns at a leaf that the row has arrived at.
    mutating func learn(_ row: [Float], at leaf: Int, label: Int, weight: Double, bayes: Int?) {
        let slot = Int(link[leaf])
        pool.learn(slot, row, label: label, weight: weight, bayes: settings.leafAnswer == .adaptive ? bayes : nil)
        guard pool.count < settings.leafLimit, pool.isDue(slot, gracePeriod: settings.gracePeriod), let split = pool.split(slot, settings)
        else {
            return
        }
        column[leaf] = split.column
        threshold[leaf] = split.threshold
        link[leaf] = Int32(column.count)
        pool.reset(slot, inherited: split.left, using: &random)
        addLeaf(slot: slot)
        addLeaf(slot: pool.append(inherited: split.right, using: &random))
    }

    private func bytes(leaves: Int) -> Int {
        MemoryLayout<Self>.size + LeafPool.bytes(slots: leaves, classes: classes, width: pool.width) + 12 * (2 * leaves - 1)
    }
    public var memoryLimit: Int { bytes(leaves: settings.leafLimit) }
    public var memoryBytes: Int { bytes(leaves: leaves) }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(settings)
        writer.write(refused)
        writer.write(random)
        writer.write(pool)
        writer.write(column)
        writer.write(threshold)
        writer.write(link)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        settings = try reader.state(TreeSettings.self)
        refused = try reader.count("refused")
        random = try reader.state(SplitMix.self)
        pool = try reader.state(LeafPool.self)
        (features, classes) = (pool.features, pool.classes)
        try reader.require(pool.width == Self.width(features, settings), "columns per leaf", "do not suit the settings")
        try reader.require((1...settings.leafLimit).contains(pool.count), "leaves", "\(pool.count) are not in 1...\(settings.leafLimit)")
        column = try reader.numbers(Int32.self, "columns", count: 2 * pool.count - 1)
        threshold = try reader.numbers(Float.self, "thresholds", count: column.count)
        link = try reader.numbers(Int32.self, "links", count: column.count)
        try checkTree(reader)
    }

    /// Every node but the first is the child of exactly one earlier node, every slot belongs to exactly one leaf.
    private func checkTree(_ reader: StateReader) throws {
        var reached = Array(repeating: false, count: column.count), taken = Array(repeating: false, count: pool.count)
        reached[0] = true
        for node in column.indices {
            let next = Int(link[node])
            if column[node] < 0 {
                try reader.require((0..<pool.count).contains(next) && !taken[next], "links", "leaf \(node) has slot \(next)")
                taken[next] = true
            } else {
                try reader.require(Int(column[node]) < features, "columns", "node \(node) asks for column \(column[node])")
                try reader.require(
                    next > node && next + 1 < column.count && !reached[next] && !reached[next + 1], "links", "node \(node) leads to \(next)"
                )
                (reached[next], reached[next + 1]) = (true, true)
            }
        }
        try reader.require(reached.allSatisfy { $0 }, "links", "some nodes are not reached")
    }
}
