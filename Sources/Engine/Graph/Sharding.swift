/// Decides which operations run shard by shard along the batch.
///
/// A program's batch is cut into a number of shards that depends on the program alone. A chain of operations that
/// divides along axis 0 runs through for one shard without waiting for the others; where an operation needs all of them
/// there is a barrier, and sums over the batch are added up in a fixed order. So results do not depend on threads.
struct Sharding {
    let shards: Int
    private(set) var splits: [ObjectIdentifier: Split] = [:]
    private(set) var isSliced: [Tensor.Key: Bool] = [:]

    /// The number of shards for a batch: two for small ones; more only where every shard keeps enough rows, since each
    /// costs a copy of the gradients.
    static func preferred(batch: Int) -> Int {
        for shards in [8, 4, 2] where batch % shards == 0 && batch / shards >= (shards == 2 ? 2 : 16) { return shards }
        return 1
    }

    init(_ outputs: [Tensor], batch: Int, shards: Int) {
        self.shards = shards
        guard shards > 1 else { return }
        let nodes = reachable(from: outputs)
        for node in nodes {
            if node.op is Input, node.values == nil, node.results[0].shape.rank > 0, node.results[0].shape[0] == batch {
                isSliced[Tensor(node).key] = true
                continue
            }
            if node.isLeaf { continue }
            choose(node) { chosen, split, operands in
                zip(split.operands, operands).contains { $0 == .slice && chosen.isSliced[$1.key] == true }
            }
        }
        // Sources such as random numbers follow their readers.
        var readers: [Tensor.Key: [Bool]] = [:]
        for node in nodes.reversed() where !node.isLeaf {
            let key = Tensor(node).key
            if node.results.count == 1, splits[ObjectIdentifier(node)] == nil, let parts = readers[key], parts.allSatisfy({ $0 }),
                !outputs.contains(where: { $0.key == key })
            {
                choose(node) { _, split, _ in
                    node.op.isElementwise || !split.operands.contains(.slice) || node.operands.allSatisfy { $0.node.isLeaf }
                }
            }
            let split = splits[ObjectIdentifier(node)]
            for (place, operand) in node.operands.enumerated() {
                readers[operand.key, default: []].append(split?.operands[place] == .slice)
            }
        }
    }

    private mutating func choose(_ node: Node, _ fits: (Sharding, Split, [Tensor]) -> Bool) {
        let operands = node.operands
        func divides(_ type: TensorType) -> Bool { type.shape.rank > 0 && type.shape[0] > 0 && type.shape[0] % shards == 0 }
        for split in node.op.splits(operands.map(\.type), node.results) {
            guard split.operands.count == operands.count, split.results.count == node.results.count,
                zip(split.operands, operands).allSatisfy({ part, operand in
                    part == .slice ? divides(operand.type) : isSliced[operand.key] != true || operand.node.isLeaf
                }),
                zip(split.results, node.results).allSatisfy({ $0 != .slice || divides($1) }),
                split.sealed.allSatisfy({ isSliced[operands[$0].key] == true }),
                fits(self, split, operands)
            else { continue }
            splits[ObjectIdentifier(node)] = split
            for (index, part) in split.results.enumerated() { isSliced[Tensor(node, index).key] = part == .slice }
            return
        }
    }

    func split(_ node: Node) -> Split? { splits[ObjectIdentifier(node)] }
}
