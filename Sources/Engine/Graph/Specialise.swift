/// An extent that is replaced by another one.
public struct AxisChange: Hashable, Sendable {
    /// The axis' name, as given to `Tensor.input`.
    public let name: String
    public let from: Int
    public let to: Int
}

/// A graph for other extents of the axes that its inputs name: `specialise(inputs: [x], outputs: [y], to: ["batch": 8])`.
///
/// Every operation states its shape rule anew. Where attributes hold the old extent and do not tell which axis it stands for
/// (a fill, a broadcast), the operation that does not fit is named.
///
/// - Parameter inputs: made by `Tensor.input(_:_:_:axes:)`; those without one of the names stay what they are.
/// - Parameter outputs: what is computed from them.
/// - Parameter extents: the new extents by the axes' names.
/// - Returns: the inputs and the outputs of the new graph, in the same order.
public func specialise(inputs: [Tensor], outputs: [Tensor], to extents: [String: Int]) throws -> (inputs: [Tensor], outputs: [Tensor]) {
    var changes: [AxisChange] = []
    var rewriter = Rewriter()
    for input in inputs {
        guard let op = input.node.op as? Input else {
            throw EngineError("specialise", "an input was not made by Tensor.input", operands: [input.type])
        }
        var shape = op.type.shape
        for (name, axis) in op.axes.sorted(by: { $0.key < $1.key }) {
            guard let extent = extents[name] else { continue }
            if extent < 0 { throw EngineError("specialise", "\(name) = \(extent)", operands: [op.type]) }
            if let other = changes.first(where: { $0.name == name }), other.from != shape[axis] {
                throw EngineError(
                    "specialise", "axis '\(name)' is \(other.from) in one input and \(shape[axis]) in '\(op.label)'", operands: [op.type])
            }
            if !changes.contains(where: { $0.name == name }) { changes.append(AxisChange(name: name, from: shape[axis], to: extent)) }
            shape = shape.replacing(axis, with: extent)
        }
        rewriter.replace(input.node, by: [.input(op.label, shape, op.type.dtype, axes: op.axes)])
    }
    if let unknown = extents.keys.sorted().first(where: { name in !changes.contains { $0.name == name } }) {
        throw EngineError("specialise", "no input has an axis '\(unknown)'", operands: inputs.map(\.type))
    }
    let wanted = changes.map { "\($0.name) = \($0.to)" }.joined(separator: ", ")
    for node in reachable(from: outputs) where !node.isLeaf {
        let old = node.operands, operands = old.map { rewriter($0) }
        if zip(old, operands).allSatisfy({ $0.key == $1.key }) { continue }
        let made = try Scope.$path.withValue(node.path) {
            do {
                return try Tensor.apply(
                    try node.op.specialised(from: old.map(\.type), to: operands.map(\.type), changes: changes), operands)
            } catch let error as EngineError {
                // What kept its extents although it was computed is the likely reason.
                let kept = zip(old, operands).first { $0.type == $1.type && !$1.node.isLeaf && $0.rank > 0 }?.1
                let reason = kept.map { "; '\($0.node.op.name)' holds the shape \($0.shape)" } ?? ""
                throw EngineError(node.op.name, "does not follow \(wanted): \(error.reason)\(reason)", operands: operands.map(\.type))
            }
        }
        rewriter.replace(node, by: made)
    }
    return (inputs.map { rewriter($0) }, outputs.map { rewriter($0) })
}

extension Reshape {
    /// Aligns the extents before and after: within runs of equal products, the axis that had the changed extent has it still.
    func specialised(from old: [TensorType], to new: [TensorType], changes: [AxisChange]) throws -> any Op {
        if old == new { return self }
        let source = old[0].shape.extents, changed = new[0].shape.extents
        var target = try infer(old)[0].shape.extents
        var (i, j) = (0, 0)
        while i < source.count || j < target.count {
            let (first, start) = (i, j)
            var (before, after) = (1, 1)
            // One axis of each at least, then whatever makes the products equal.
            while i == first && i < source.count || j == start && j < target.count
                || before != after && (i < source.count || j < target.count)
            {
                let takesSource =
                    i == first ? i < source.count : j == start ? j == target.count : before < after && i < source.count || j == target.count
                if takesSource {
                    before *= source[i]
                    i += 1
                } else {
                    after *= target[j]
                    j += 1
                }
            }
            let total = changed[first..<i].reduce(1, *)
            if total == before || before == 0 { continue }
            // Every change may have gone into one of the axes; where several ways explain the product, an axis of just the old
            // extent is the one.
            var ways: [(extents: [Int], exact: Int)] = [(target, 0)]
            for change in changes where change.from != change.to && change.from > 0 {
                ways += ways.flatMap { way in
                    (start..<j).filter { way.extents[$0] % change.from == 0 }.map { place in
                        var extents = way.extents
                        extents[place] = extents[place] / change.from * change.to
                        return (extents, way.exact + (target[place] == change.from ? 1 : 0))
                    }
                }
            }
            let fitting = ways.filter { $0.extents[start..<j].reduce(1, *) == total }
            let best = Set(fitting.filter { way in way.exact == fitting.map(\.exact).max() }.map(\.extents))
            guard best.count == 1 else { throw refuse("it is not clear which axis of \(Shape(target)) changes", new) }
            target = best.first!
        }
        return Reshape(shape: Shape(target))
    }
}

extension Broadcast {
    /// Axes that are not repeated follow the operand.
    func specialised(from old: [TensorType], to new: [TensorType], changes: [AxisChange]) throws -> any Op {
        var target = shape.extents
        let lead = target.count - old[0].shape.rank
        for axis in old[0].shape.extents.indices where old[0].shape[axis] == target[axis + lead] && new[0].shape[axis] != old[0].shape[axis]
        {
            target[axis + lead] = new[0].shape[axis]
        }
        return Broadcast(shape: Shape(target))
    }
}
