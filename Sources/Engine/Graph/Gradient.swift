/// The derivatives of `loss` with respect to `targets`, as more graph.
///
/// - Parameter loss: a tensor with one element.
/// - Returns: one tensor for each target, with its shape and type. They can be differentiated again.
/// - Throws: an error that names the target where the loss does not depend on it, or where its type is not floating-point.
///
/// Reverse accumulation: every node is visited once, after all of its readers.
public func gradients(of loss: Tensor, for targets: [Tensor]) throws -> [Tensor] {
    guard loss.count == 1 else {
        throw EngineError("gradients", "the loss must have one element", operands: [loss.type])
    }
    return try gradients(of: loss, for: targets, seed: .fill(1, loss.shape, loss.dtype))
}

/// The product of `seed` with the Jacobian of `result`: what flows back when `seed` flows into `result`.
public func gradients(of result: Tensor, for targets: [Tensor], seed: Tensor) throws -> [Tensor] {
    guard seed.type == result.type else {
        throw EngineError("gradients", "the seed must have the type of the result", operands: [seed.type, result.type])
    }
    let nodes = reachable(from: [result])
    var wanted = Set(targets.map { ObjectIdentifier($0.node) })
    for node in nodes where node.operands.contains(where: { wanted.contains(ObjectIdentifier($0.node)) }) {
        wanted.insert(ObjectIdentifier(node))
    }
    var flow: [Tensor.Key: Tensor] = [result.key: seed]
    let ends = Set(targets.map { ObjectIdentifier($0.node) })
    let first = nodes.first { ends.contains(ObjectIdentifier($0)) }?.id ?? .max
    for node in nodes.reversed() where node.id >= first && wanted.contains(ObjectIdentifier(node)) && !node.op.isLeafOp {
        let results = node.results.indices.map { Tensor(node, $0) }
        let incoming = results.map { flow[$0.key] }
        guard incoming.contains(where: { $0 != nil }) else { continue }
        let operands = node.operands
        let outgoing = Scope.$path.withValue(node.path) { node.op.gradient(Call(operands: operands, results: results, flow: incoming)) }
        for (operand, part) in zip(operands, outgoing) where wanted.contains(ObjectIdentifier(operand.node)) {
            guard let part, operand.dtype.isFloat else { continue }
            precondition(part.type == operand.type, "gradient of \(node.op.name) '\(node.path)': \(part.type) for an operand \(operand.type)")
            flow[operand.key] = flow[operand.key].map { $0 + part } ?? part
        }
    }
    return try targets.enumerated().map { place, target in
        guard let found = flow[target.key] else {
            throw EngineError("gradients", "the loss does not depend on target \(place)", operands: [target.type])
        }
        return found
    }
}

extension Op {
    var isLeafOp: Bool { self is any Leaf }
}
