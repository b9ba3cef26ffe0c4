import Synchronization

/// One operation in a graph with its operands. Immutable but for one thing: once evaluated it holds its values and
/// lets go of its operands.
public final class Node: Sendable {
    /// What is computed.
    public let op: any Op
    /// The types of its results.
    public let results: [TensorType]
    /// The module in whose call the node was made.
    public let path: String
    /// Rises with every node made, so operands always have smaller numbers: sorting by it is a topological order.
    let id: UInt64
    /// The variable that a `Read` leaf stands for, and its generation when it was read.
    let variable: Variable?
    let generation: UInt64

    private struct State: Sendable {
        var operands: [Tensor]
        var values: [Buffer]?
    }
    private let state: Guarded<State>
    private static let counter = Atomic<UInt64>(0)

    init(
        _ op: any Op, _ operands: [Tensor], results: [TensorType], values: [Buffer]? = nil, variable: Variable? = nil,
        path: String = Scope.path
    ) {
        self.op = op
        self.results = results
        self.path = path
        self.variable = variable
        generation = variable?.generation ?? 0
        id = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        state = Guarded(State(operands: operands, values: values))
    }

    /// The node of an operation on these operands, after its shape rule.
    convenience init(_ op: any Op, _ operands: [Tensor]) throws {
        self.init(op, operands, results: try op.infer(operands.map(\.type)))
    }

    var operands: [Tensor] { state.withLock { $0.operands } }
    var values: [Buffer]? { state.withLock { $0.values } }
    /// Operands and values at the same moment.
    var snapshot: Snapshot { state.withLock { Snapshot(node: self, operands: $0.operands, values: $0.values) } }
    var isLeaf: Bool { op is any Leaf || values != nil }

    /// Keeps the values and drops the operands.
    func settle(_ values: [Buffer]) {
        var dropped = state.withLock { state in
            let operands = state.operands.map(\.node)
            state = State(operands: [], values: values)
            return operands
        }
        Self.release(&dropped)
    }

    deinit {
        var dropped = state.withLock { state in
            defer { state.operands = [] }
            return state.operands.map(\.node)
        }
        Self.release(&dropped)
    }

    /// Releases a chain of nodes in a loop: by recursion a chain of 100,000 would overflow the stack.
    ///
    /// - Parameter pending: emptied here, since a reference kept elsewhere would end outside of the loop.
    private static func release(_ pending: inout [Node]) {
        while var node = pending.popLast() {
            guard isKnownUniquelyReferenced(&node) else { continue }
            pending += node.state.withLock { state in
                defer { state.operands = [] }
                return state.operands.map(\.node)
            }
        }
    }
}

extension Tensor {
    /// Whether the value is the same in every run: it depends on constants only. Long histories count as unknown.
    var isConstant: Bool {
        var pending = [node], seen = 0
        while let node = pending.popLast() {
            if node.values != nil { continue }
            seen += 1
            if !node.op.isPure || seen > 64 { return false }
            pending += node.operands.map(\.node)
        }
        return true
    }
}

/// All nodes that `tensors` depend on, operands before their readers.
func reachable(from tensors: [Tensor]) -> [Node] {
    var seen = Set<ObjectIdentifier>()
    var pending = tensors.map(\.node)
    var found: [Node] = []
    while let node = pending.popLast() {
        guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
        found.append(node)
        pending += node.operands.map(\.node)
    }
    return found.sorted { $0.id < $1.id }
}

/// A node as it was when somebody looked at it: another thread may evaluate it meanwhile, and then it has no operands.
struct Snapshot {
    let node: Node
    let operands: [Tensor]
    let values: [Buffer]?

    var isLeaf: Bool { node.op is any Leaf || values != nil }
}

/// All nodes that `nodes` depend on, each looked at once, operands before their readers.
func snapshots(of nodes: [Node]) -> [Snapshot] {
    var seen = Set<ObjectIdentifier>()
    var pending = nodes
    var found: [Snapshot] = []
    while let node = pending.popLast() {
        guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
        let snapshot = node.snapshot
        found.append(snapshot)
        pending += snapshot.operands.map(\.node)
    }
    return found.sorted { $0.node.id < $1.node.id }
}
