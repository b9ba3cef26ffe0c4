import Synchronization

/// State that programs read and update: parameters, running statistics, optimizer moments, caches.
///
/// Every write raises the generation. Evaluating a tensor that captured an older generation traps, so nothing stale is
/// ever read silently.
///
/// `@unchecked Sendable`: the memory is written only by the one session that runs an update and by `assign`; a variable
/// in training has one owner.
public final class Variable: @unchecked Sendable {
    /// The name in messages.
    public let name: String
    public let type: TensorType
    let buffer: Buffer
    private let count = Atomic<UInt64>(0)
    private let leaf = Guarded<Node?>(nil)

    /// A variable of zeros.
    public init(_ name: String, _ shape: Shape, _ dtype: DType = .f32) {
        self.name = name
        type = TensorType(shape, dtype)
        buffer = Buffer(bytes: type.bytes)
    }

    /// A variable with these values.
    public convenience init(_ name: String, _ values: Tensor) {
        self.init(name, values.shape, values.dtype)
        assign(values)
    }

    /// How often it was written.
    public var generation: UInt64 { count.load(ordering: .acquiring) }

    /// The present value as a graph leaf.
    public var value: Tensor {
        leaf.withLock { cached in
            if let node = cached, node.generation == generation { return Tensor(node, 0) }
            let node = Node(Read(variable: name, type: type), [], results: [type], variable: self)
            cached = node
            return Tensor(node, 0)
        }
    }

    /// Replaces the values.
    public func assign(_ values: Tensor) {
        guard values.type == type else {
            trap("\(EngineError("assign", "variable '\(name)' is \(type)", operands: [values.type]))")
        }
        let source = values.evaluated()
        buffer.pointer.copyMemory(from: source.pointer, byteCount: type.bytes)
        written()
    }

    func written() { count.add(1, ordering: .releasing) }
}

/// The variables that tensors depend on, each once, in the order in which they were first read.
public func variables(of tensors: [Tensor]) -> [Variable] {
    var seen = Set<ObjectIdentifier>()
    return reachable(from: tensors).compactMap(\.variable).filter { seen.insert(ObjectIdentifier($0)).inserted }
}
