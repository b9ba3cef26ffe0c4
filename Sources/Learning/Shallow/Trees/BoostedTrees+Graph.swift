public import Engine

extension BoostedTrees {
    /// What `predict` answers as a graph, so that a bundle can hold the trees: f32 [batch, columns] to probabilities [batch, classes], or
    /// numbers [batch, outputs]. The sums are in f32.
    ///
    /// Every sample walks down all trees at once, as many steps as the deepest has; a leaf leads to itself.
    /// - Throws: before the trees are fitted, and where they split categories.
    public func graph(_ samples: Tensor) throws -> Tensor {
        guard let loss, columns == samples.shape[-1], !trees.isEmpty else {
            throw LearningError("boostedTrees", "not fitted to samples \(samples.type)")
        }
        guard !bins.contains(where: \.isCategorical) else { throw LearningError("boostedTrees", "splits of categories have no graph") }
        var features: [Int32] = [], thresholds: [Float] = [], lefts: [Int32] = [], missingRight: [Int32] = [], values: [Float] = []
        var roots: [Int32] = [], depth = 0
        for tree in trees {
            let first = Int32(features.count)
            roots.append(first)
            depth = max(depth, tree.depth)
            for (index, node) in tree.nodes.enumerated() {
                let isLeaf = node.feature < 0
                features.append(isLeaf ? 0 : node.feature)
                thresholds.append(isLeaf ? .infinity : node.threshold)
                lefts.append(first + (isLeaf ? Int32(index) : node.left))
                missingRight.append(isLeaf || node.missingLeft ? 0 : 1)
                values.append(Float(node.value))
            }
        }
        let shape: Shape = [features.count]
        let (feature, threshold, left) = (Tensor(features, shape), Tensor(thresholds, shape), Tensor(lefts, shape))
        let (missing, value) = (Tensor(missingRight, shape), Tensor(values, shape))
        // The node at which each sample stands in each tree: [trees] at first, then [batch, trees].
        var place = Tensor(roots, [roots.count])
        for step in 0..<max(1, depth) {
            let seen = step == 0 ? samples.gathered(feature.gathered(place), 1) : samples.takenAlong(feature.gathered(place), 1)
            let isRight = seen.isGreater(than: threshold.gathered(place))
                .or(seen.isNaN().and(missing.gathered(place).isEqual(to: 1)))
            place = left.gathered(place) + isRight.cast(to: .i32)
        }
        // Tree t belongs to output t mod outputs.
        let membership = (0..<trees.count).flatMap { tree in (0..<outputs).map { Float(tree % outputs == $0 ? 1 : 0) } }
        let scores =
            matmul(value.gathered(place), Tensor(membership, [trees.count, outputs])) + Tensor(start.map { Float($0) }, [outputs])
        switch loss {
        case .squared: return scores
        case .softmax: return scores.softmax()
        case .logistic:
            let likely = scores.sigmoid()
            return concatenate([1 - likely, likely], 1)
        }
    }
}

extension RegressionTree {
    /// Splits on the longest way to a leaf.
    fileprivate var depth: Int {
        var depths = [Int](repeating: 0, count: nodes.count)
        // A child stands behind its parent.
        for (index, node) in nodes.enumerated() where node.feature >= 0 {
            depths[Int(node.left)] = depths[index] + 1
            depths[Int(node.left) + 1] = depths[index] + 1
        }
        return depths.max() ?? 0
    }
}
