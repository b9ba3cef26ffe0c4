extension BoostedTrees {
    /// How trees are grown.
    public struct Options: Hashable, Sendable, Codable {
        /// Rounds; each adds a tree an output.
        public var rounds: Int
        /// What each tree's answer is multiplied with.
        public var rate: Double
        /// Leaves of a tree at most; the leaf that gains most is split first.
        public var leaves: Int
        /// Splits on a path at most.
        public var depth: Int
        /// Samples that a leaf has at least.
        public var leastSamples: Int
        /// The sum of curvatures that a leaf has at least.
        public var leastCurvature: Double
        /// λ of the penalty λ/2 · Σ value² over the leaves.
        public var ridge: Double
        /// Loss that a split saves at least.
        public var leastGain: Double
        /// Bins of a column, 2 to 255; missing values have one more.
        public var bins: Int
        /// The share of the samples that each round draws, without replacement.
        public var sampleShare: Double
        /// The share of the columns that each tree draws.
        public var columnShare: Double
        /// Columns whose numbers are names: they are split into sets.
        public var categorical: [Int]
        /// Columns that the answer must rise with (1) or fall with (-1).
        public var monotone: [Int: Int]
        /// Rounds without a better validation loss after which fitting ends.
        public var patience: Int
        public var seed: UInt64

        public init(
            rounds: Int = 100, rate: Double = 0.1, leaves: Int = 31, depth: Int = 64, leastSamples: Int = 20,
            leastCurvature: Double = 1e-3, ridge: Double = 0, leastGain: Double = 0, bins: Int = 255, sampleShare: Double = 1,
            columnShare: Double = 1, categorical: [Int] = [], monotone: [Int: Int] = [:], patience: Int = 10, seed: UInt64 = 0
        ) {
            self.rounds = rounds
            self.rate = rate
            self.leaves = leaves
            self.depth = depth
            self.leastSamples = leastSamples
            self.leastCurvature = leastCurvature
            self.ridge = ridge
            self.leastGain = leastGain
            self.bins = bins
            self.sampleShare = sampleShare
            self.columnShare = columnShare
            self.categorical = categorical
            self.monotone = monotone
            self.patience = patience
            self.seed = seed
        }

        func check(columns: Int) throws {
            func demand(_ holds: Bool, _ reason: String) throws { if !holds { throw LearningError("boostedTrees", reason) } }
            try demand((1...100_000).contains(rounds), "\(rounds) rounds; it takes 1 to 100,000")
            try demand(rate > 0 && rate.isFinite, "a rate of \(rate)")
            try demand((2...65_536).contains(leaves), "\(leaves) leaves; it takes 2 to 65,536")
            try demand(depth >= 1, "a depth of \(depth)")
            try demand(leastSamples >= 1, "at least \(leastSamples) samples in a leaf")
            try demand(leastCurvature >= 0 && ridge >= 0 && leastGain >= 0, "a penalty is negative")
            try demand((2...255).contains(bins), "\(bins) bins; it takes 2 to 255")
            try demand(sampleShare > 0 && sampleShare <= 1 && columnShare > 0 && columnShare <= 1, "a share is not in (0, 1]")
            try demand(patience >= 1, "a patience of \(patience)")
            for column in categorical + monotone.keys {
                try demand((0..<columns).contains(column), "there is no column \(column) of \(columns)")
            }
            for (column, direction) in monotone {
                try demand(direction == 1 || direction == -1, "column \(column) is monotone in direction \(direction); it takes 1 and -1")
                try demand(!categorical.contains(column), "column \(column) is categorical and cannot be monotone")
            }
        }
    }

    /// What the trees make small. Gradient and curvature are with respect to the score.
    public enum Loss: String, Sendable, Codable {
        /// (score − target)² / 2
        case squared
        /// −log of the sigmoid, for two classes
        case logistic
        /// −log of the softmax, a tree a class
        case softmax
    }
}
