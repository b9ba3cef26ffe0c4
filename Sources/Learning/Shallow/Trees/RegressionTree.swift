/// A tree that answers with a number: at each node a column decides between left and right.
struct RegressionTree: Codable, Sendable {
    struct Node: Codable, Sendable {
        /// The column, or -1 for a leaf.
        var feature: Int32
        /// Values up to this one go left.
        var threshold: Float
        /// The left child; the right one follows it. For a leaf 0.
        var left: Int32
        var missingLeft: Bool
        /// Where the set of categories that go left begins in `categories`, four words; -1 for a node of numbers.
        var categories: Int32
        /// What a leaf answers.
        var value: Double

        static func leaf(_ value: Double) -> Node {
            Node(feature: -1, threshold: 0, left: 0, missingLeft: false, categories: -1, value: value)
        }
    }

    var nodes: [Node] = []
    /// Bits of the bins that go left.
    var categories: [UInt64] = []

    /// Throws unless every path ends in a leaf and every column is one of the model.
    func check(columns: Int) throws {
        guard !nodes.isEmpty else { throw LearningError("boostedTrees", "a tree has no node") }
        for (index, node) in nodes.enumerated() where node.feature != -1 {
            guard (0..<columns).contains(Int(node.feature)), node.left > index, Int(node.left) + 1 < nodes.count else {
                throw LearningError("boostedTrees", "node \(index) of a tree has column \(node.feature) and child \(node.left)")
            }
            guard node.categories == -1 || (node.categories >= 0 && Int(node.categories) + 4 <= categories.count) else {
                throw LearningError("boostedTrees", "node \(index) of a tree has no set of categories")
            }
        }
    }

    /// The answer for a row of numbers.
    func value(_ row: UnsafePointer<Float>, _ bins: [FeatureBins]) -> Double {
        nodes.withUnsafeBufferPointer { nodes in
            var node = nodes[0]
            while node.feature >= 0 {
                let value = row[Int(node.feature)]
                let goesLeft: Bool
                if node.categories >= 0 {
                    let bin = bins[Int(node.feature)].bin(value)
                    goesLeft = categories[Int(node.categories) + Int(bin) >> 6] >> UInt64(bin & 63) & 1 == 1
                } else {
                    goesLeft = value.isNaN ? node.missingLeft : value <= node.threshold
                }
                node = nodes[Int(node.left) + (goesLeft ? 0 : 1)]
            }
            return node.value
        }
    }
}
