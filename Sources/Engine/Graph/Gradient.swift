/// The derivatives of `loss` with respect to `targets`, as more graph.
///
/// - Parameter loss: a tensor with one element.
/// - Parameter targets: inputs, variables' values, or any tensors on the way to the loss.
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
    return try pullback([result], flow: [seed], to: targets).enumerated().map { place, found in
        guard let found else {
            throw EngineError("gradients", "the loss does not depend on target \(place)", operands: [targets[place].type])
        }
        return found
    }
}

/// What flows back to `targets` when `flow` flows into `results`; nil where nothing arrives.
func pullback(_ results: [Tensor], flow incoming: [Tensor?], to targets: [Tensor]) -> [Tensor?] {
    var flow: [Tensor.Key: Tensor] = [:]
    for (result, part) in zip(results, incoming) {
        guard let part else { continue }
        flow[result.key] = flow[result.key].map { $0 + part } ?? part
    }
    let nodes = reachable(from: results)
    var wanted = Set(targets.map { ObjectIdentifier($0.node) })
    for node in nodes where node.operands.contains(where: { wanted.contains(ObjectIdentifier($0.node)) }) {
        wanted.insert(ObjectIdentifier(node))
    }
    let ends = Set(targets.map { ObjectIdentifier($0.node) })
    let first = nodes.first { ends.contains(ObjectIdentifier($0)) }?.id ?? .max
    for node in nodes.reversed() where node.id >= first && wanted.contains(ObjectIdentifier(node)) && !node.isLeaf {
        let results = node.results.indices.map { Tensor(node, $0) }
        let incoming = results.map { flow[$0.key] }
        guard incoming.contains(where: { $0 != nil }) else { continue }
        let operands = node.operands
        let outgoing = Scope.$path.withValue(node.path) { node.op.gradient(Call(operands: operands, results: results, flow: incoming)) }
        for (operand, part) in zip(operands, outgoing) where wanted.contains(ObjectIdentifier(operand.node)) {
            guard let part, operand.dtype.isFloat else { continue }
            demand(part.type == operand.type, "gradient of \(node.op.name) '\(node.path)': \(part.type) for an operand \(operand.type)")
            flow[operand.key] = flow[operand.key].map { $0 + part } ?? part
        }
    }
    return targets.map { flow[$0.key] }
}

extension Op {
    var isLeafOp: Bool { self is any Leaf }

    /// The gradient of this call by that of the same computation in simpler operations.
    ///
    /// The operands stand for themselves, whatever they were computed from.
    func gradient(_ call: Call, through composition: ([Tensor]) -> [Tensor]) -> [Tensor?] {
        let operands = call.operands.map { $0.stopGradient() }
        return pullback(composition(operands), flow: call.flow, to: operands)
    }

    /// The same computation in f32 where operands are stored as f16.
    func widened(_ operands: [Tensor]) throws -> [Tensor] {
        let types = try infer(operands.map(\.type))
        let wide = try Tensor.apply(self, operands.map { $0.dtype == .f16 ? $0.cast(to: .f32) : $0 })
        return zip(wide, types).map { $0.cast(to: $1.dtype) }
    }
}
