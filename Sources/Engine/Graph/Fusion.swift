import CKernels

/// Finds operations that run as one.
enum Fusion {
    /// Lets operations take their only reader into themselves: bias, activation and residual into convolution and matmul.
    ///
    /// - Parameter native: with the native kernels; what would have to be taken apart again for lack of a kernel stays apart.
    static func absorb(_ outputs: [Tensor], native: Bool) -> [Tensor] {
        var current = outputs
        for _ in 0..<8 {
            let readers = countReaders(current)
            var changed = false
            current = Rewriter.rewrite(current) { node, operands in
                if node.isLeaf { return nil }
                for (position, operand) in operands.enumerated() {
                    let original = node.operands[position]
                    guard readers[original.key] == 1, operand.index == 0, operand.node.results.count == 1, !operand.node.isLeaf else {
                        continue
                    }
                    let others = operands.indices.filter { $0 != position }.map { operands[$0] }
                    let own = operand.node.operands
                    if let folded = Scope.$path.withValue(
                        operand.node.path,
                        operation: { operand.node.op.folding(node.op, position: position, operands: own, others: others) }),
                        folded.map(\.type) == node.results
                    {
                        changed = true
                        return folded
                    }
                    guard
                        let joined = operand.node.op.absorbing(
                            node.op, position: position, operands: own.map(\.type), others: others.map(\.type)),
                        let made = try? Scope.$path.withValue(operand.node.path, operation: { try Node(joined, own + others) }),
                        made.results.first == node.results.first, (try? joined.composed(own + others, native: native)) == nil
                    else { continue }
                    changed = true
                    return node.results.indices.map { Tensor(made, $0) }
                }
                return nil
            }
            if !changed { break }
        }
        return current
    }

    /// How often each value is read; outputs count as read once more.
    static func countReaders(_ outputs: [Tensor]) -> [Tensor.Key: Int] {
        var readers: [Tensor.Key: Int] = [:]
        for node in reachable(from: outputs) {
            for operand in node.operands { readers[operand.key, default: 0] += 1 }
        }
        for output in outputs { readers[output.key, default: 0] += 1 }
        return readers
    }

    /// A chain of elementwise nodes, run as one tile program.
    struct Group {
        /// In topological order; the last one makes the result.
        var nodes: [Node]
        var operands: [Tensor]
        var program: TileProgram
    }

    /// Groups elementwise nodes with the elementwise producers that only they read.
    ///
    /// - Returns: the group that each elementwise node's value is made by; nodes inside of a group have none.
    static func groups(_ outputs: [Tensor], shards: [Tensor.Key: Bool]) -> (roots: [ObjectIdentifier: Group], inner: Set<ObjectIdentifier>)
    {
        let nodes = reachable(from: outputs)
        let readers = countReaders(outputs)
        var roots: [ObjectIdentifier: Group] = [:]
        var inner = Set<ObjectIdentifier>()
        for node in nodes.reversed() where !node.isLeaf && !inner.contains(ObjectIdentifier(node)) {
            guard let first = compile([node]) else { continue }
            var group = first
            var refused = Set<ObjectIdentifier>()
            // Takes in one producer after the other while the program still fits the registers.
            while let candidate = group.operands.filter({ operand in
                let producer = operand.node
                return !producer.isLeaf && producer.results.count == 1 && !refused.contains(ObjectIdentifier(producer))
                    && operand.shape == node.results[0].shape && shards[operand.key] == shards[Tensor(node).key]
                    && readers[operand.key] == group.nodes.reduce(0) { $0 + $1.operands.count { $0.key == operand.key } }
            }).max(by: { $0.node.id < $1.node.id }) {
                let more = (group.nodes + [candidate.node]).sorted { $0.id < $1.id }
                if more.count <= 24, let larger = compile(more) {
                    group = larger
                } else {
                    refused.insert(ObjectIdentifier(candidate.node))
                }
            }
            roots[ObjectIdentifier(node)] = group
            for member in group.nodes.dropLast() { inner.insert(ObjectIdentifier(member)) }
        }
        return (roots, inner)
    }

    /// The tile program of these nodes, or nil if one is not elementwise or they compute in different ways.
    private static func compile(_ nodes: [Node]) -> Group? {
        var builder = TileBuilder()
        var registers: [Tensor.Key: TileRegister] = [:]
        var operands: [Tensor] = []
        var compute: ComputeClass?
        var raw = false
        for node in nodes {
            guard node.results.count == 1 else { return nil }
            let here = node.op is any RandomTile ? .float : TileProgram.compute(node.operands.map(\.dtype), node.results[0].dtype)
            if compute == nil { compute = here }
            guard compute == here else { return nil }
            var key: Int?
            if let random = node.op as? any RandomTile {
                // The key is an operand of the program that is read once, not element by element, and so lies in memory.
                if random.isRaw && nodes.count > 1 || registers[node.operands[0].key] != nil { return nil }
                raw = random.isRaw
                key = operands.count
                builder.inputs += 1
                operands.append(node.operands[0])
            }
            var arguments: [TileRegister] = []
            for operand in node.operands.dropFirst(key == nil ? 0 : 1) {
                if registers[operand.key] == nil {
                    registers[operand.key] = builder.load()
                    operands.append(operand)
                }
                arguments.append(registers[operand.key]!)
            }
            let made = key.map { (node.op as! any RandomTile).tile(&builder, key: $0, arguments) } ?? node.op.tile(&builder, arguments)
            guard let result = made else { return nil }
            registers[Tensor(node).key] = result
        }
        guard operands.count <= 32, let last = nodes.last,
            let program = TileProgram(builder, result: registers[Tensor(last).key]!, compute: compute!, rawBits: raw)
        else { return nil }
        return Group(nodes: nodes, operands: operands, program: program)
    }
}

/// Random numbers as part of a tile program: operand 0 is the key, the others are read element by element.
protocol RandomTile: Op {
    /// The result is 32 raw bits, which f32 registers carry but do not compute with.
    var isRaw: Bool { get }
    /// - Parameter key: number of the program's operand that holds the key.
    func tile(_ builder: inout TileBuilder, key: Int, _ operands: [TileRegister]) -> TileRegister
}

extension TileProgram {
    /// The class in which an elementwise operation of these types computes.
    static func compute(_ operands: [DType], _ result: DType) -> ComputeClass {
        let all = operands + [result]
        if all.contains(.f64) { return .double }
        if all.contains(where: { $0.isFloat }) { return .float }
        return all.contains(.u64) ? .unsigned : .signed
    }
}
