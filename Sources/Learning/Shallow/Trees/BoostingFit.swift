/// Boosting under way: binned samples, scores so far, the grower.
struct BoostingFit {
    let objective: BoostingObjective
    let bins: [FeatureBins]
    private let options: BoostedTrees.Options
    private let targets: [Float]
    private let weights: [Float]?
    private let samples: SampleMatrix
    private let grower: TreeGrower
    private var scores: [Double]
    private var slopes: [Float]
    /// More samples than this do not make the bins better.
    private static let binSamples = 200_000

    init(_ options: BoostedTrees.Options, _ loss: BoostedTrees.Loss, _ samples: SampleMatrix, _ targets: SampleMatrix, _ weights: [Float]?)
        throws
    {
        self.options = options
        self.weights = weights
        self.samples = samples
        objective = try BoostingObjective(loss, targets, weights)
        self.targets = objective.encoded(targets)
        (bins, grower) = Self.prepare(options, samples)
        scores = [Double]((0..<samples.rows).flatMap { [start = objective.start] _ in start })
        slopes = Array(repeating: 0, count: 2 * samples.rows)
    }

    private static func prepare(_ options: BoostedTrees.Options, _ samples: SampleMatrix) -> ([FeatureBins], TreeGrower) {
        let rows = samples.rows, columns = samples.columns
        var chosen = Array(0..<rows)
        if rows > binSamples {
            var generator = SplitMix(seed: options.seed, stream: -1)
            chosen = (0..<binSamples).map { _ in generator.below(rows) }
        }
        let categorical = Set(options.categorical)
        var bins = [FeatureBins?](repeating: nil, count: columns)
        var codes = [UInt8](repeating: 0, count: rows * columns)
        bins.withUnsafeMutableBufferPointer { bins in
            codes.withUnsafeMutableBufferPointer { codes in
                samples.values.withUnsafeBufferPointer { values in
                    nonisolated(unsafe) let (bins, codes, values) = (bins, codes, values)
                    Parallel.forEach(columns) { column in
                        let present = chosen.lazy.map { values[$0 * columns + column] }.filter { !$0.isNaN }
                        let mine =
                            categorical.contains(column)
                            ? FeatureBins(categories: Array(present), limit: options.bins)
                            : FeatureBins(values: Array(present), limit: options.bins)
                        for row in 0..<rows { codes[row * columns + column] = mine.bin(values[row * columns + column]) }
                        bins[column] = mine
                    }
                }
            }
        }
        let all = bins.compactMap { $0 }
        return (all, TreeGrower(codes: codes, bins: all, options: options))
    }

    /// What the splits on each column have saved so far.
    var gains: [Double] { grower.gains }
    /// The training loss so far.
    var loss: Double { objective.loss(scores, targets, weights) }

    /// The trees of a round, a tree an output.
    mutating func round(_ round: Int) -> [RegressionTree] {
        let outputs = objective.outputs, rows = samples.rows, columns = samples.columns
        let shares = objective.probabilities(scores)
        var generator = SplitMix(seed: options.seed, stream: round)
        let drawn = Self.draw(rows, options.sampleShare, &generator).map { UInt32($0) }
        return (0..<outputs).map { output in
            let features = Self.draw(columns, options.columnShare, &generator)
            objective.gradients(output, scores, targets, weights, into: &slopes, shares)
            let grown = slopes.withUnsafeBufferPointer { grower.grow(drawn, slopes: $0.baseAddress!, features: features) }
            if drawn.count == rows {
                let order = grower.order
                scores.withUnsafeMutableBufferPointer { scores in
                    for leaf in grown.leaves {
                        for place in leaf.start..<leaf.start + leaf.count { scores[Int(order[place]) * outputs + output] += leaf.value }
                    }
                }
            } else {
                samples.values.withUnsafeBufferPointer { values in
                    for row in 0..<rows { scores[row * outputs + output] += grown.tree.value(values.baseAddress! + row * columns, bins) }
                }
            }
            return grown.tree
        }
    }

    /// A share of the numbers below `count`, at least one, rising.
    private static func draw(_ count: Int, _ share: Double, _ generator: inout SplitMix) -> [Int] {
        let wanted = max(1, Int((Double(count) * share).rounded()))
        return wanted >= count ? Array(0..<count) : generator.permutation(count).prefix(wanted).sorted()
    }
}
