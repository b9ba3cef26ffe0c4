/// How a Hoeffding tree grows.
public struct TreeSettings: StreamState, Sendable, Hashable {
    /// What a leaf answers.
    public enum LeafAnswer: UInt8, Sendable {
        /// The class seen most.
        case majority
        /// Gaussian naive Bayes over the leaf's rows.
        case naiveBayes
        /// Whichever of the two has been right more often in this leaf.
        case adaptive
    }

    /// Leaves of a tree at most; a full tree goes on learning in its leaves.
    public var leafLimit: Int
    /// How much weight a leaf learns between two attempts to split.
    public var gracePeriod: Double
    /// δ of the Hoeffding bound: the chance that a split is not the best.
    public var splitConfidence: Double
    /// τ: below this bound the best split is taken even if another is as good.
    public var tieThreshold: Double
    /// Thresholds tried per column.
    public var candidates: Int
    /// Columns that a leaf may split by, drawn for each leaf; 0 for all.
    public var columnsPerLeaf: Int
    public var leafAnswer: LeafAnswer

    public init(
        leafLimit: Int = 1000, gracePeriod: Double = 200, splitConfidence: Double = 1e-7, tieThreshold: Double = 0.05, candidates: Int = 10,
        columnsPerLeaf: Int = 0, leafAnswer: LeafAnswer = .adaptive
    ) {
        precondition((1...1 << 20).contains(leafLimit) && gracePeriod >= 1, "tree: leafLimit or gracePeriod out of range")
        precondition(splitConfidence > 0 && splitConfidence < 1 && tieThreshold >= 0, "tree: splitConfidence or tieThreshold out of range")
        precondition((1...256).contains(candidates) && columnsPerLeaf >= 0, "tree: candidates or columnsPerLeaf out of range")
        self.leafLimit = leafLimit
        self.gracePeriod = gracePeriod
        self.splitConfidence = splitConfidence
        self.tieThreshold = tieThreshold
        self.candidates = candidates
        self.columnsPerLeaf = columnsPerLeaf
        self.leafAnswer = leafAnswer
    }

    public func write(to writer: inout StateWriter) {
        writer.write(leafLimit)
        for number in [gracePeriod, splitConfidence, tieThreshold] { writer.write(number) }
        writer.write(candidates)
        writer.write(columnsPerLeaf)
        writer.write(leafAnswer.rawValue)
    }

    public init(from reader: inout StateReader) throws {
        leafLimit = try reader.int("leaf limit", in: 1...1 << 20)
        gracePeriod = try reader.finite("grace period", in: 1...1e300)
        splitConfidence = try reader.finite("split confidence", in: .leastNonzeroMagnitude...Double(1).nextDown)
        tieThreshold = try reader.finite("tie threshold", in: 0...1e300)
        candidates = try reader.int("candidates", in: 1...256)
        columnsPerLeaf = try reader.int("columns per leaf", in: 0...1 << 16)
        guard let answer = LeafAnswer(rawValue: try reader.number(UInt8.self, "leaf answer")) else {
            throw StreamError("state", "is none of 0, 1, 2", at: "leaf answer")
        }
        leafAnswer = answer
    }
}
