import CKernels

/// Grows one tree leaf by leaf on binned samples: always the leaf whose split saves most.
///
/// Friedman: Greedy function approximation (2001); Ke and others: LightGBM (2017).
final class TreeGrower {
    private struct Leaf {
        var node: Int
        var start: Int
        var count: Int
        var depth: Int
        var total: mk_boost_bin
        var lower: Double
        var upper: Double
        var histogram: UnsafeMutablePointer<mk_boost_bin>?
        var split = mk_boost_split(gain: 0, bin: -1, missing_left: 0, left_gradient: 0, left_curvature: 0, left_count: 0)
        var feature = -1
        /// The bins of a categorical column from the one with the steepest gradient; those up to the split's go left.
        var order: [UInt8] = []
    }

    private let codes: [UInt8]
    private let columns: Int
    private let bins: [FeatureBins]
    private let options: BoostedTrees.Options
    private let isCategorical: [Bool]
    private let monotone: [Int32]
    private var samples: [UInt32] = []
    private var scratch: [UInt32] = []
    private var free: [UnsafeMutablePointer<mk_boost_bin>] = []
    private var all: [UnsafeMutablePointer<mk_boost_bin>] = []
    private(set) var gains: [Double]

    /// `codes` [samples, columns]
    init(codes: [UInt8], bins: [FeatureBins], options: BoostedTrees.Options) {
        self.codes = codes
        self.bins = bins
        self.options = options
        columns = bins.count
        isCategorical = bins.map(\.isCategorical)
        monotone = bins.indices.map { Int32(options.monotone[$0] ?? 0) }
        gains = Array(repeating: 0, count: bins.count)
    }

    deinit { for histogram in all { histogram.deallocate() } }

    /// The tree for these samples, with the shares of the leaves: the samples of leaf i are `order[starts[i]..<starts[i] + counts[i]]`.
    struct Grown {
        var tree: RegressionTree
        var leaves: [(value: Double, start: Int, count: Int)]
    }

    /// `slopes` [all samples, 2]: gradient and curvature; `features` are the columns that may split.
    func grow(_ chosen: [UInt32], slopes: UnsafePointer<Float>, features: [Int]) -> Grown {
        samples = chosen
        if scratch.count < chosen.count { scratch = Array(repeating: 0, count: chosen.count) }
        var total = mk_boost_bin(gradient: 0, curvature: 0, count: Double(chosen.count), unused: 0)
        for sample in chosen {
            total.gradient += Double(slopes[2 * Int(sample)])
            total.curvature += Double(slopes[2 * Int(sample) + 1])
        }
        var tree = RegressionTree()
        tree.nodes.append(.leaf(0))
        var root = Leaf(
            node: 0, start: 0, count: chosen.count, depth: 0, total: total, lower: -.infinity, upper: .infinity, histogram: histogram())
        fill(root, slopes)
        findSplit(&root, features)
        var leaves = [root]
        while leaves.count < options.leaves {
            var best = -1, gain = 2 * options.leastGain
            for place in leaves.indices where leaves[place].split.gain > gain { (best, gain) = (place, leaves[place].split.gain) }
            if best < 0 { break }
            let (left, right) = split(leaves[best], &tree, slopes, features)
            leaves[best] = left
            leaves.append(right)
        }
        for leaf in leaves {
            if let histogram = leaf.histogram { free.append(histogram) }
            tree.nodes[leaf.node].value = value(leaf.total.gradient, leaf.total.curvature, leaf) * options.rate
        }
        return Grown(tree: tree, leaves: leaves.map { (tree.nodes[$0.node].value, $0.start, $0.count) })
    }

    /// The samples of the last tree, leaf by leaf.
    var order: [UInt32] { samples }

    private func value(_ gradient: Double, _ curvature: Double, _ leaf: Leaf) -> Double {
        let base = curvature + options.ridge
        return base > 0 ? min(max(-gradient / base, leaf.lower), leaf.upper) : min(max(0, leaf.lower), leaf.upper)
    }

    private func histogram() -> UnsafeMutablePointer<mk_boost_bin> {
        if let histogram = free.popLast() { return histogram }
        let histogram = UnsafeMutablePointer<mk_boost_bin>.allocate(capacity: columns * Int(MK_BOOST_BINS))
        all.append(histogram)
        return histogram
    }

    /// Cuts the columns into parts that are worth a thread each.
    private func parts(work: Int) -> Int { work < 40_000 ? 1 : min(Parallel.threads, columns) }

    private func fill(_ leaf: Leaf, _ slopes: UnsafePointer<Float>) {
        let parts = parts(work: leaf.count * columns), columns = columns, histogram = leaf.histogram!
        samples.withUnsafeBufferPointer { samples in
            codes.withUnsafeBufferPointer { codes in
                let mine = samples.baseAddress! + leaf.start, codes = codes.baseAddress!
                Parallel.forEach(parts) { part in
                    mk_boost_histogram(
                        codes, columns, slopes, mine, leaf.count, columns * part / parts, columns * (part + 1) / parts, histogram)
                }
            }
        }
    }

    private func findSplit(_ leaf: inout Leaf, _ features: [Int]) {
        leaf.split.gain = 0
        leaf.feature = -1
        guard leaf.count >= 2 * options.leastSamples, leaf.depth < options.depth, let histogram = leaf.histogram else { return }
        var rule = mk_boost_rule(
            ridge: options.ridge, least_curvature: max(options.leastCurvature, .leastNormalMagnitude),
            least_count: Double(options.leastSamples),
            lower: leaf.lower, upper: leaf.upper, monotone: 0)
        for feature in features {
            let mine = histogram + feature * Int(MK_BOOST_BINS)
            var found = mk_boost_split(gain: 0, bin: -1, missing_left: 0, left_gradient: 0, left_curvature: 0, left_count: 0)
            if isCategorical[feature] {
                let order = categoryOrder(mine)
                var sorted = [mk_boost_bin](
                    repeating: mk_boost_bin(gradient: 0, curvature: 0, count: 0, unused: 0), count: Int(MK_BOOST_BINS))
                // The last place of a histogram is that of missing values, and here they are a category like others.
                for (place, bin) in order.enumerated().prefix(255) { sorted[place] = mine[Int(bin)] }
                rule.monotone = 0
                mk_boost_best_split(sorted, Int32(min(order.count, 255)), &leaf.total, &rule, &found)
                if found.gain > leaf.split.gain { leaf.order = order }
            } else {
                rule.monotone = monotone[feature]
                mk_boost_best_split(mine, Int32(bins[feature].count), &leaf.total, &rule, &found)
            }
            if found.gain > leaf.split.gain {
                leaf.split = found
                leaf.feature = feature
            }
        }
    }

    /// The bins that have samples, by gradient over curvature. Fisher: On grouping for maximum homogeneity (1958).
    private func categoryOrder(_ histogram: UnsafeMutablePointer<mk_boost_bin>) -> [UInt8] {
        // Rare categories are drawn to the middle: their slopes are mostly noise.
        func slope(_ bin: UInt8) -> Double { histogram[Int(bin)].gradient / (histogram[Int(bin)].curvature + 10) }
        return (UInt8.min...UInt8.max).filter { histogram[Int($0)].count > 0 }.sorted {
            slope($0) != slope($1) ? slope($0) < slope($1) : $0 < $1
        }
    }

    private func split(_ leaf: Leaf, _ tree: inout RegressionTree, _ slopes: UnsafePointer<Float>, _ features: [Int]) -> (Leaf, Leaf) {
        let column = leaf.feature, best = leaf.split
        var goesLeft = [UInt8](repeating: 0, count: 256), node = RegressionTree.Node.leaf(0)
        node.feature = Int32(column)
        node.left = Int32(tree.nodes.count)
        node.missingLeft = best.missing_left != 0
        if isCategorical[column] {
            for bin in leaf.order.prefix(Int(best.bin) + 1) { goesLeft[Int(bin)] = 1 }
            // Categories that this leaf has not seen go with the missing ones.
            if !leaf.order.contains(FeatureBins.missing) { goesLeft[255] = 2 * best.left_count >= leaf.total.count ? 1 : 0 }
            for bin in 0..<255 where !leaf.order.contains(UInt8(bin)) { goesLeft[bin] = goesLeft[255] }
            node.missingLeft = goesLeft[255] == 1
            node.categories = Int32(tree.categories.count)
            var words: [UInt64] = [0, 0, 0, 0]
            for bin in 0..<256 where goesLeft[bin] == 1 { words[bin >> 6] |= 1 << UInt64(bin & 63) }
            tree.categories += words
        } else {
            for bin in 0...Int(best.bin) { goesLeft[bin] = 1 }
            goesLeft[255] = node.missingLeft ? 1 : 0
            node.threshold = Int(best.bin) < bins[column].edges.count ? bins[column].edges[Int(best.bin)] : .infinity
        }
        tree.nodes[leaf.node] = node
        tree.nodes += [.leaf(0), .leaf(0)]
        gains[column] += best.gain / 2

        let lefts = samples.withUnsafeMutableBufferPointer { samples in
            codes.withUnsafeBufferPointer { codes in
                scratch.withUnsafeMutableBufferPointer { scratch in
                    mk_boost_partition(
                        codes.baseAddress! + column, columns, goesLeft, samples.baseAddress! + leaf.start, leaf.count, scratch.baseAddress!)
                }
            }
        }
        var left = leaf, right = leaf
        left.node = Int(node.left)
        right.node = left.node + 1
        left.depth += 1
        right.depth += 1
        left.count = lefts
        right.start += lefts
        right.count -= lefts
        left.total = mk_boost_bin(gradient: best.left_gradient, curvature: best.left_curvature, count: best.left_count, unused: 0)
        right.total = mk_boost_bin(
            gradient: leaf.total.gradient - best.left_gradient, curvature: leaf.total.curvature - best.left_curvature,
            count: leaf.total.count - best.left_count, unused: 0)
        if monotone[column] != 0 {
            let middle =
                (value(left.total.gradient, left.total.curvature, leaf) + value(right.total.gradient, right.total.curvature, leaf)) / 2
            if monotone[column] > 0 { (left.upper, right.lower) = (middle, middle) } else { (left.lower, right.upper) = (middle, middle) }
        }
        // Where neither can be split further, nobody reads their histograms.
        if max(left.count, right.count) < 2 * options.leastSamples || left.depth >= options.depth {
            free.append(leaf.histogram!)
            (left.histogram, right.histogram) = (nil, nil)
            left.split.gain = 0
            right.split.gain = 0
            return (left, right)
        }
        // The smaller side is counted, the larger one is what remains.
        let whole = leaf.histogram!, part = histogram()
        if left.count <= right.count {
            (left.histogram, right.histogram) = (part, whole)
        } else {
            (left.histogram, right.histogram) = (whole, part)
        }
        fill(left.count <= right.count ? left : right, slopes)
        mk_boost_subtract(whole, part, columns * Int(MK_BOOST_BINS))
        findSplit(&left, features)
        findSplit(&right, features)
        return (left, right)
    }
}
