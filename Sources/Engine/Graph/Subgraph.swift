/// A function of tensors as an attribute of an operation: the body of a loop. Nothing in it refers to the outside.
public struct Subgraph: Hashable, Codable, Sendable {
    let description: GraphDescription

    var inputs: [TensorType] { description.inputTypes }
    var outputs: [TensorType] { description.outputTypes }

    /// - Parameter inputs: all leaves of the graph, each made by `Tensor.input`.
    init(inputs: [Tensor], outputs: [Tensor]) throws {
        let (description, constants, variables) = try GraphDescription.encode(inputs: inputs, outputs: outputs)
        demand(constants.isEmpty && variables.isEmpty, "subgraph: it refers to values outside of itself")
        self.description = description
    }

    /// Reads a function, and builds it once to see that it can be.
    public init(from decoder: any Decoder) throws {
        description = try decoder.container(keyedBy: CodingKeys.self).decode(GraphDescription.self, forKey: .description)
        _ = try description.decode()
    }

    /// Calls `body` with inputs of these types and makes what it builds a subgraph.
    ///
    /// - Returns: the subgraph, whose inputs are those of `body` and then one for each tensor that `body` took from outside;
    ///   and these tensors. What does not depend on the inputs counts as outside: it is computed once, not in every step.
    static func trace(_ types: [TensorType], _ body: ([Tensor]) throws -> [Tensor]) rethrows -> (graph: Subgraph, captured: [Tensor]) {
        let inputs = types.map { Tensor.input("value", $0.shape, $0.dtype) }
        let outputs = try body(inputs)
        var inside = Set(inputs.map(\.key))
        var captured: [Tensor] = []
        var places: [Tensor.Key: Tensor] = [:]
        var rewriter = Rewriter()
        func operand(_ tensor: Tensor) -> Tensor {
            if inside.contains(tensor.key) { return rewriter(tensor) }
            if let known = places[tensor.key] { return known }
            let input = Tensor.input("captured", tensor.shape, tensor.dtype)
            captured.append(tensor)
            places[tensor.key] = input
            return input
        }
        for node in reachable(from: outputs) where !node.isLeaf {
            let operands = node.operands
            guard operands.contains(where: { inside.contains($0.key) && !isSource($0) }) || operands.isEmpty && node.op.isPure else {
                continue
            }
            let copy = Node(node.op, operands.map(operand), results: node.results, path: node.path)
            rewriter.replace(node, by: node.results.indices.map { Tensor(copy, $0) })
            for index in node.results.indices { inside.insert(Tensor(node, index).key) }
        }
        let ends = outputs.map(operand)
        // All leaves are inputs by construction.
        return (try! Subgraph(inputs: inputs + captured.map { places[$0.key]! }, outputs: ends), captured)
    }

    /// A node without operands, such as a fill: copied into every graph that reads it.
    private static func isSource(_ tensor: Tensor) -> Bool { !tensor.node.isLeaf && tensor.node.operands.isEmpty }

    /// The outputs for these inputs, as graph.
    func callAsFunction(_ inputs: [Tensor]) -> [Tensor] {
        do { return try description.build(inputs: inputs) } catch { trap("\(error)") }
    }

    /// The same function of inputs of other types.
    func specialised(_ types: [TensorType], _ changes: [AxisChange]) throws -> Subgraph {
        if types == inputs { return self }
        let made = types.map { Tensor.input("value", $0.shape, $0.dtype) }
        return try Subgraph(inputs: made, outputs: try description.build(inputs: made, changes: changes))
    }

    /// A session on one thread, for a kernel that calls the function again and again.
    func session(native: Bool) throws -> Session {
        let (inputs, outputs) = try description.decode()
        let options = Program.Options(kernels: native ? .native : .portable, shards: 1)
        return try Session(try Program(inputs: inputs, outputs: outputs, options: options), threads: 1)
    }
}
