/// Rebuilds a graph node by node, operands first.
struct Rewriter {
    private var replaced: [Tensor.Key: Tensor] = [:]
    /// Holds the replaced nodes, so that no key is reused while the rewriter lives.
    private var kept: [Node] = []

    /// The tensor that stands for `tensor` in the new graph.
    func callAsFunction(_ tensor: Tensor) -> Tensor { replaced[tensor.key] ?? tensor }

    mutating func replace(_ node: Node, by results: [Tensor]) {
        kept.append(node)
        for (index, result) in results.enumerated() { replaced[Tensor(node, index).key] = result }
    }

    /// A copy that nobody else holds: while a graph is compiled another thread may evaluate its nodes, which then drop their operands.
    static func copy(_ outputs: [Tensor]) -> [Tensor] {
        var rewriter = Rewriter()
        for snapshot in snapshots(of: outputs.map(\.node)) where !snapshot.isLeaf {
            let node = snapshot.node
            let copy = Node(node.op, snapshot.operands.map { rewriter($0) }, results: node.results, path: node.path)
            rewriter.replace(node, by: node.results.indices.map { Tensor(copy, $0) })
        }
        return outputs.map { rewriter($0) }
    }

    /// Visits every node below `outputs`; `transform` gets the node with its new operands and returns its new results, or
    /// nil to keep the node (rebuilt where its operands changed).
    static func rewrite(_ outputs: [Tensor], _ transform: (Node, [Tensor]) throws -> [Tensor]?) rethrows -> [Tensor] {
        var rewriter = Rewriter()
        for node in reachable(from: outputs) {
            let old = node.operands
            let operands = old.map { rewriter($0) }
            if let results = try Scope.$path.withValue(node.path, operation: { try transform(node, operands) }) {
                rewriter.replace(node, by: results)
            } else if zip(old, operands).contains(where: { $0.key != $1.key }) {
                let copy = Node(node.op, operands, results: node.results, variable: node.variable, path: node.path)
                rewriter.replace(node, by: node.results.indices.map { Tensor(copy, $0) })
            }
        }
        return outputs.map { rewriter($0) }
    }
}

/// The structural identity of a node: two nodes with equal keys compute the same.
private struct NodeKey: Hashable {
    let op: AnyHashable
    let operands: [Tensor.Key]
}

enum Simplify {
    /// Applies the operations' own rules until none applies, and merges equal computations.
    static func run(_ outputs: [Tensor]) -> [Tensor] {
        var current = outputs
        for _ in 0..<8 {
            var changed = false
            var known: [NodeKey: Node] = [:]
            current = Rewriter.rewrite(current) { node, operands in
                if node.isLeaf { return nil }
                if let simpler = node.op.simplified(operands) {
                    changed = true
                    return simpler
                }
                if let flat = flattened(node, operands) {
                    changed = true
                    return [flat]
                }
                guard node.op.isPure else { return nil }
                let key = NodeKey(op: AnyHashable(node.op), operands: operands.map(\.key))
                if let twin = known[key] {
                    changed = true
                    return twin.results.indices.map { Tensor(twin, $0) }
                }
                let same = zip(node.operands, operands).allSatisfy { $0.key == $1.key }
                let kept = same ? node : Node(node.op, operands, results: node.results, path: node.path)
                known[key] = kept
                return kept.results.indices.map { Tensor(kept, $0) }
            }
            if !changed { break }
        }
        return current
    }

    /// An elementwise operation on a view that only divides axes works on the undivided ones, and its result is divided
    /// instead: so chains meet in one shape, and bias, activation and residual reach the product they follow.
    private static func flattened(_ node: Node, _ operands: [Tensor]) -> Tensor? {
        guard node.op.isElementwise, node.results.count == 1, let result = node.results.first, result.shape.rank > 1, result.shape.count > 0
        else { return nil }
        func source(_ x: Tensor) -> Tensor? {
            guard x.node.op is Reshape, !x.node.isLeaf, x.shape == result.shape else { return nil }
            return x.node.operands[0]
        }
        guard let shape = operands.lazy.compactMap(source).map(\.shape).first(where: { (1..<result.shape.rank).contains($0.rank) }) else {
            return nil
        }
        var moved: [Tensor] = []
        for operand in operands {
            if let inner = source(operand), inner.shape == shape {
                moved.append(inner)
            } else if operand.shape == result.shape {
                moved.append(operand.reshaped(shape))
            } else if operand.count == 1 {
                moved.append(operand.reshaped([]))
            } else if shape.rank > 0, operand.count == shape[-1], operand.shape.rank > 0, operand.shape[-1] == shape[-1],
                result.shape[-1] == shape[-1]
            {
                moved.append(operand.reshaped([shape[-1]]))
            } else {
                return nil
            }
        }
        guard let made = try? Node(node.op, moved), made.results[0] == result.with(shape) else { return nil }
        return Tensor(made).reshaped(result.shape)
    }

    /// Replaces operations that have no kernel of their own here by their composed form, as deep as it goes.
    static func compose(_ outputs: [Tensor], native: Bool) throws -> [Tensor] {
        var current = outputs
        for _ in 0..<16 {
            var changed = false
            current = try Rewriter.rewrite(current) { node, operands in
                if node.isLeaf { return nil }
                let results = try node.op.composed(operands, native: native)
                if results != nil { changed = true }
                return results
            }
            if !changed { break }
        }
        return current
    }
}
