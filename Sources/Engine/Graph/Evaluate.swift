extension Tensor {
    /// Computes tensors that were built lazily, through the same executor as compiled programs, and keeps their values.
    ///
    /// Programs are kept by structure: the same computation on other values is not compiled again.
    static func evaluate(_ tensors: [Tensor]) throws -> [Buffer] {
        let open = tensors.filter { $0.node.values == nil && $0.node.variable == nil }
        if !open.isEmpty { try compute(open) }
        return tensors.map { tensor in
            if let values = tensor.node.values { return values[tensor.index] }
            let variable = tensor.node.variable!
            requireFresh(tensor.node)
            return Buffer(viewing: variable.buffer.pointer, bytes: variable.type.bytes, owner: variable)
        }
    }

    private static func requireFresh(_ node: Node) {
        guard let variable = node.variable, variable.generation != node.generation else { return }
        trap(
            "\(EngineError("read", "variable '\(variable.name)' was written after this tensor was built from it; read it again", operands: [variable.type], path: node.path))"
        )
    }

    private static func compute(_ tensors: [Tensor]) throws {
        var nodes: [Node] = []
        var seen = Set<ObjectIdentifier>()
        for tensor in tensors where seen.insert(ObjectIdentifier(tensor.node)).inserted { nodes.append(tensor.node) }
        let order = snapshots(of: nodes)
        var key: [Structure.Entry] = []
        var numbers: [ObjectIdentifier: Int] = [:]
        var values: [Buffer] = []
        for snapshot in order {
            let node = snapshot.node
            numbers[ObjectIdentifier(node)] = key.count
            if let known = snapshot.values {
                key.append(Structure.Entry(op: nil, operands: [], results: node.results))
                values += known
            } else if let variable = node.variable {
                requireFresh(node)
                key.append(Structure.Entry(op: nil, operands: [], results: node.results))
                values.append(variable.buffer)
            } else if let input = node.op as? Input {
                throw EngineError(
                    "evaluate", "input '\(input.label)' has no value outside of a program", operands: node.results, path: node.path)
            } else {
                let operands = snapshot.operands.flatMap { [numbers[ObjectIdentifier($0.node)]!, $0.index] }
                key.append(Structure.Entry(op: AnyHashable(node.op), operands: operands, results: node.results))
            }
        }
        let structure = Structure(entries: key, wanted: nodes.map { numbers[ObjectIdentifier($0)]! })
        let results = try Compiled.run(structure, order, nodes, values)
        for (node, buffers) in zip(nodes, results) { node.settle(buffers) }
    }
}

/// A graph with its leaves' values left out.
private struct Structure: Hashable, @unchecked Sendable {
    // @unchecked Sendable: operations are Sendable; AnyHashable merely does not say so.
    struct Entry: Hashable {
        let op: AnyHashable?
        let operands: [Int]
        let results: [TensorType]
    }
    let entries: [Entry]
    let wanted: [Int]
}

/// Programs of lazy evaluations, of which those used latest are kept.
private enum Compiled {
    private final class Entry: @unchecked Sendable {
        // @unchecked Sendable: the session is used only under its own lock.
        let session: Guarded<Session>
        init(_ session: sending Session) { self.session = Guarded(session) }
    }
    private struct Cache: Sendable {
        var entries: [Structure: Entry] = [:]
        /// The latest used last.
        var order: [Structure] = []

        mutating func use(_ structure: Structure) -> Entry? {
            guard let entry = entries[structure] else { return nil }
            if let place = order.lastIndex(of: structure), place + 1 < order.count { order.append(order.remove(at: place)) }
            return entry
        }
    }
    private static let cache = Guarded(Cache())
    private static let limit = 64

    static func run(_ structure: Structure, _ order: [Snapshot], _ wanted: [Node], _ values: [Buffer]) throws -> [[Buffer]] {
        let known = cache.withLock { $0.use(structure) }
        let entry = try known ?? compile(order, wanted)
        if known == nil, structure.entries.count < 4_096 {
            cache.withLock { cache in
                if cache.entries.updateValue(entry, forKey: structure) == nil { cache.order.append(structure) }
                while cache.order.count > limit { cache.entries[cache.order.removeFirst()] = nil }
            }
        }
        return entry.session.withLock { session in
            for (place, value) in values.enumerated() {
                session.withInput(place) { $0.baseAddress!.copyMemory(from: value.pointer, byteCount: $0.count) }
            }
            session.run()
            var place = 0
            return wanted.map { node in
                node.results.map { type in
                    defer { place += 1 }
                    let buffer = Buffer(bytes: type.bytes)
                    session.withOutput(place) { buffer.pointer.copyMemory(from: $0.baseAddress!, byteCount: type.bytes) }
                    return buffer
                }
            }
        }
    }

    private static func compile(_ order: [Snapshot], _ wanted: [Node]) throws -> Entry {
        var inputs: [Tensor] = []
        var rewriter = Rewriter()
        for snapshot in order {
            let node = snapshot.node
            if snapshot.isLeaf {
                let leaves = node.results.map { Tensor.input("value", $0.shape, $0.dtype) }
                inputs += leaves
                rewriter.replace(node, by: leaves)
            } else {
                let copy = Node(node.op, snapshot.operands.map { rewriter($0) }, results: node.results, path: node.path)
                rewriter.replace(node, by: node.results.indices.map { Tensor(copy, $0) })
            }
        }
        let outputs = wanted.flatMap { node in node.results.indices.map { rewriter(Tensor(node, $0)) } }
        let program = try Program(inputs: inputs, outputs: outputs, options: Program.Options(shards: 1))
        return Entry(try Session(program))
    }
}
