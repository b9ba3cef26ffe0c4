/// A graph as a plain value, for files, comparison and caches: operations with their attributes, numbered operands and
/// result types. Values of constants and variables are not part of it.
///
/// An operation is written as its name and its attributes, and read by the type that the `Catalog` has under that name.
public struct GraphDescription: Hashable, Codable, Sendable {
    /// A result of a step.
    struct Value: Hashable, Sendable {
        var step: Int
        var result: Int
    }

    struct Step: Sendable {
        var op: any Op
        var operands: [Value]
        var results: [TensorType]
        var path: String
    }

    /// Operands before their readers.
    private(set) var steps: [Step] = []
    /// The steps that are inputs, in their order.
    private(set) var inputs: [Int] = []
    private(set) var outputs: [Value] = []

    /// Types of the inputs and of the outputs.
    public var inputTypes: [TensorType] { inputs.map { steps[$0].results[0] } }
    public var outputTypes: [TensorType] { outputs.map { steps[$0.step].results[$0.result] } }

    // MARK: Encoding

    /// Describes a graph.
    ///
    /// - Parameter inputs: their order; nil for the order in which they were made. Others than these are refused.
    /// - Parameter outputs: what the graph is for; only what they depend on is described.
    /// - Parameter name: under which the description refers to a variable.
    /// - Returns: the description, with the constants and the variables in the order in which it refers to them.
    public static func encode(
        inputs: [Tensor]? = nil, outputs: [Tensor], name: (Variable) throws -> String = { $0.name }
    ) throws -> (description: GraphDescription, constants: [Tensor], variables: [Variable]) {
        var result = GraphDescription()
        var constants: [Tensor] = []
        var variables: [Variable] = []
        var numbers: [Tensor.Key: Value] = [:]
        let nodes = reachable(from: (inputs ?? []) + outputs)
        let given = inputs ?? nodes.filter { $0.op is Input && $0.values == nil }.map { Tensor($0) }
        func add(_ op: any Op, _ operands: [Value], _ results: [TensorType], _ path: String) -> Int {
            result.steps.append(Step(op: op, operands: operands, results: results, path: path))
            return result.steps.count - 1
        }
        for node in nodes {
            if let values = node.values {
                for (index, type) in node.results.enumerated() {
                    numbers[Tensor(node, index).key] = Value(step: add(Constant(type: type), [], [type], node.path), result: 0)
                    constants.append(Tensor(type, values[index]))
                }
                continue
            }
            if node.op is Input, !given.contains(where: { $0.node === node }) {
                throw EngineError(
                    "encode", "the graph reads input '\((node.op as! Input).label)' that is not among its inputs", operands: node.results)
            }
            var op = node.op
            if let variable = node.variable {
                variables.append(variable)
                op = Read(variable: try name(variable), type: variable.type)
            }
            let step = add(op, node.operands.map { numbers[$0.key]! }, node.results, node.path)
            for index in node.results.indices { numbers[Tensor(node, index).key] = Value(step: step, result: index) }
        }
        result.inputs = given.map { numbers[$0.key]!.step }
        result.outputs = outputs.map { numbers[$0.key]! }
        return (result, constants, variables)
    }

    // MARK: Decoding

    /// Builds the graph.
    ///
    /// - Parameter constants: their values, in the order of `encode`.
    /// - Parameter variable: the tensor that stands for a variable of this name and type.
    /// - Throws: where a value is missing or an operation refuses its operands or makes something else than is written.
    public func decode(
        constants: [Tensor] = [],
        variable: (String, TensorType) throws -> Tensor = { throw EngineError("decode", "variable '\($0)' is not given", operands: [$1]) }
    ) throws -> (inputs: [Tensor], outputs: [Tensor]) {
        let made = inputs.map { number in Tensor(Node(steps[number].op, [], results: steps[number].results)) }
        return (made, try build(inputs: made, constants: constants, isStrict: true, variable: variable))
    }

    /// Builds the graph on other tensors in place of its inputs; their types may differ as far as the operations allow.
    func build(
        inputs: [Tensor], constants: [Tensor] = [], isStrict: Bool = false, changes: [AxisChange] = [],
        variable: (String, TensorType) throws -> Tensor = { throw EngineError("decode", "variable '\($0)' is not given", operands: [$1]) }
    ) throws -> [Tensor] {
        guard inputs.count == self.inputs.count else {
            throw EngineError("decode", "\(inputs.count) inputs for a graph of \(self.inputs.count)")
        }
        var values: [[Tensor]] = []
        var rest = constants[...]
        let places = Dictionary(uniqueKeysWithValues: zip(self.inputs, inputs))
        for (number, step) in steps.enumerated() {
            if let input = places[number] {
                values.append([input])
                continue
            }
            let made: [Tensor]
            switch step.op {
            case let op as Constant:
                guard let value = rest.popFirst() else {
                    throw EngineError("decode", "constant \(constants.count) is not given", operands: [op.type])
                }
                made = [value]
            case let op as Read: made = [try variable(op.variable, op.type)]
            case let op as Input:
                throw EngineError("decode", "step \(number) is the input '\(op.label)', which the graph does not list", operands: [op.type])
            default:
                let operands = try step.operands.map { value in
                    guard values.indices.contains(value.step), values[value.step].indices.contains(value.result) else {
                        throw EngineError(
                            "decode", "\(step.op.name) reads result \(value.result) of step \(value.step), which is not before it",
                            path: step.path)
                    }
                    return values[value.step][value.result]
                }
                let op =
                    isStrict
                    ? step.op
                    : try step.op.specialised(
                        from: step.operands.map { steps[$0.step].results[$0.result] }, to: operands.map(\.type), changes: changes)
                made = try Scope.$path.withValue(step.path) { try Tensor.apply(op, operands) }
            }
            if isStrict, made.map(\.type) != step.results {
                throw EngineError("decode", "\(step.op.name) gives \(made.map(\.type)) where \(step.results) is written", path: step.path)
            }
            values.append(made)
        }
        return outputs.map { values[$0.step][$0.result] }
    }
}

extension GraphDescription.Step: Hashable, Codable {
    static func == (a: Self, b: Self) -> Bool {
        a.op.isEqual(to: b.op) && a.operands == b.operands && a.results == b.results && a.path == b.path
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(AnyHashable(op))
        hasher.combine(operands)
        hasher.combine(results)
        hasher.combine(path)
    }

    private enum Key: String, CodingKey { case operation, attributes, operands, results, path }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(op.name, forKey: .operation)
        try op.encode(to: container.superEncoder(forKey: .attributes))
        try container.encode(operands.flatMap { [$0.step, $0.result] }, forKey: .operands)
        try container.encode(results, forKey: .results)
        if !path.isEmpty { try container.encode(path, forKey: .path) }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .operation)
        guard let type = Catalog.types[name] else { throw EngineError("decode", "there is no operation '\(name)'") }
        op = try type.init(from: container.superDecoder(forKey: .attributes))
        guard op.name == name else { throw EngineError("decode", "the attributes of '\(name)' are those of '\(op.name)'") }
        let flat = try container.decode([Int].self, forKey: .operands)
        guard flat.count % 2 == 0 else { throw EngineError("decode", "operands of '\(name)' are not pairs") }
        operands = stride(from: 0, to: flat.count, by: 2).map { GraphDescription.Value(step: flat[$0], result: flat[$0 + 1]) }
        results = try container.decode([TensorType].self, forKey: .results)
        path = try container.decodeIfPresent(String.self, forKey: .path) ?? ""
    }
}

extension GraphDescription.Value: Codable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(step)
        try container.encode(result)
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        step = try container.decode(Int.self)
        result = try container.decode(Int.self)
    }
}

extension GraphDescription {
    private enum Key: String, CodingKey { case steps, inputs, outputs }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(steps, forKey: .steps)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(outputs, forKey: .outputs)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        steps = try container.decode([Step].self, forKey: .steps)
        inputs = try container.decode([Int].self, forKey: .inputs)
        outputs = try container.decode([Value].self, forKey: .outputs)
        guard inputs.allSatisfy({ steps.indices.contains($0) && steps[$0].results.count == 1 }),
            outputs.allSatisfy({ steps.indices.contains($0.step) && steps[$0.step].results.indices.contains($0.result) })
        else {
            throw EngineError("decode", "an input or an output is no step of the graph")
        }
        guard Set(inputs).count == inputs.count else { throw EngineError("decode", "an input is listed twice") }
        for number in inputs {
            guard let op = steps[number].op as? Input, [op.type] == steps[number].results else {
                throw EngineError("decode", "step \(number) is listed as an input, it is '\(steps[number].op.name)'")
            }
            guard op.axes.values.allSatisfy({ $0 >= 0 && $0 < op.type.shape.rank }) else {
                throw EngineError("decode", "input '\(op.label)' names axes that it lacks", operands: [op.type])
            }
        }
    }
}

extension Catalog {
    /// The types that read operations of these names.
    static let types: [String: any Op.Type] = {
        let leaf = TensorType([], .f32)
        let leaves: [any Op] = [Input(label: "", type: leaf), Constant(type: leaf), Read(variable: "", type: leaf)]
        return Dictionary((operations + leaves).map { ($0.name, type(of: $0)) }) { first, _ in first }
    }()
}
