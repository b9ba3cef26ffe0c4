public import Engine
public import Formats

/// A trained model as a value: forward graph and weights, what goes in and comes out, and how it came about. On disk it is a
/// folder `Name.millrace`.
///
///     let bundle = try ModelBundle("digits", model, inputs: [Port("images", ["batch", 28, 28, 1])],
///                                  outputs: [Port("logits")]) { model, batch, pass in [model(batch.images, &pass)] }
///     try bundle.write(to: "digits.millrace")
///     let session = try ModelBundle(reading: "digits.millrace").session(batch: 8)
public struct ModelBundle: Sendable {
    /// A tensor that the graph reads or the model holds.
    public struct Weight: Sendable {
        public enum Role: String, Hashable, Sendable, Codable {
            /// Changed by training.
            case parameter
            /// Kept as it is by training.
            case frozen
            /// Running statistics and the like.
            case state
            /// A value within the graph.
            case constant
        }
        /// As the walk over the model names it.
        public let name: String
        public let role: Role
        public let values: Tensor
    }

    public var name: String
    public let signature: Signature
    /// The forward pass; every named extent of the signature has some value in it.
    public let graph: GraphDescription
    /// Parameters and states, then the graph's constants in their order.
    public let weights: [Weight]
    public var loss: Named?
    public var optimizer: Named?
    /// The definition of the features with what it learned from the data.
    public var features: JSON?
    public var training: TrainingRecord
    /// The model card, as Markdown.
    public var card: String
    /// The hash of the manifest that the bundle was read from, by which others refer to it; empty for one not yet written.
    public internal(set) var identity = ""

    init(
        name: String, signature: Signature, graph: GraphDescription, weights: [Weight], loss: Named?, optimizer: Named?, features: JSON?,
        training: TrainingRecord, card: String
    ) {
        self.name = name
        self.signature = signature
        self.graph = graph
        self.weights = weights
        self.loss = loss
        self.optimizer = optimizer
        self.features = features
        self.training = training
        self.card = card
    }

    /// Takes a model's weights and its forward pass.
    ///
    /// - Parameter inputs: names, types and shapes; extents with a name, such as `"batch"`, can be chosen later.
    /// - Parameter outputs: a port for each tensor that `forward` returns; types and shapes follow from the graph.
    /// - Parameter tracing: extents with which the graph is built, where a pass needs others than a small prime.
    /// - Parameter forward: the pass in inference: nothing is dropped, running statistics are used.
    /// - Throws: if the pass reads variables that the model's walk does not find, if it cannot follow another value of a named extent,
    ///   or names collide.
    public init<Model: Module>(
        _ name: String, _ model: Model, inputs: [Port], outputs: [Port], tracing: [String: Int] = [:], loss: Named? = nil,
        optimizer: (any Optimizer)? = nil, features: JSON? = nil, training: TrainingRecord = TrainingRecord(), card: String = "",
        forward: (_ model: Model, _ batch: Batch, _ pass: inout Pass) throws -> [Tensor]
    ) throws {
        try Self.requireDistinct(inputs.map(\.name) + outputs.map(\.name))
        guard !inputs.isEmpty else { throw LearningError("bundle", "needs an input", at: name) }
        let extents = try Self.tracingExtents(inputs, tracing)
        let leaves = try inputs.map { try $0.leaf(extents) }
        guard leaves.allSatisfy({ $0.rank > 0 && $0.shape[0] == leaves[0].shape[0] }) else {
            throw LearningError(
                "bundle", "the first axes of the inputs differ: \(inputs.map(\.description).joined(separator: ", "))", at: name)
        }
        var pass = Pass.inference
        let results = try forward(model, Batch(names: inputs.map(\.name), tensors: leaves), &pass)
        guard results.count == outputs.count else {
            throw LearningError("bundle", "the pass gives \(results.count) tensors for \(outputs.count) outputs", at: name)
        }
        let known = Dictionary(model.weights.map { (ObjectIdentifier($0.variable), $0.name) }) { first, _ in first }
        let (graph, constants, _) = try GraphDescription.encode(inputs: leaves, outputs: results) { variable in
            guard let name = known[ObjectIdentifier(variable)] else {
                throw LearningError(
                    "bundle", "the pass reads a variable '\(variable.name)' \(variable.type) that the model's walk does not find", at: name)
            }
            return name
        }
        let frozen = Set(model.parameters.filter(\.parameter.isFrozen).map(\.name)), states = Set(model.states.map(\.name))
        var weights = model.weights.map { name, variable in
            Weight(name: name, role: states.contains(name) ? .state : frozen.contains(name) ? .frozen : .parameter, values: variable.copied)
        }
        weights += constants.enumerated().map { Weight(name: Self.constantName($0), role: .constant, values: $1) }
        try Self.requireDistinct(weights.map(\.name))
        let signature = Signature(
            inputs: inputs, outputs: try Self.outputPorts(outputs, results, leaves: leaves, extents: extents))
        self.init(
            name: name, signature: signature, graph: graph, weights: weights, loss: loss, optimizer: optimizer.map { Named($0) },
            features: features, training: training, card: card)
    }

    static func constantName(_ number: Int) -> String { "graph.constant.\(number)" }

    /// The weight of a name.
    public subscript(name: String) -> Weight? { weights.first { $0.name == name } }

    static func requireDistinct(_ names: [String]) throws {
        var seen: Set<String> = []
        for name in names {
            guard !name.isEmpty, name.utf8.count <= 1_000 else { throw LearningError("bundle", "a name is empty or too long") }
            guard seen.insert(name).inserted else { throw LearningError("bundle", "two things have this name", at: name) }
        }
    }

    // MARK: Tracing

    /// Extents that differ from each other and from the fixed ones, so that an operation cannot mistake one for another.
    private static func tracingExtents(_ inputs: [Port], _ given: [String: Int]) throws -> [String: Int] {
        var extents = given
        let fixed = inputs.flatMap(\.shape).compactMap { if case .fixed(let extent) = $0 { extent } else { nil } }
        var candidates = [5, 7, 11, 13, 17, 19, 23].filter { !fixed.contains($0) && !given.values.contains($0) }
        let names = Signature(inputs: inputs, outputs: []).axes
        for name in names where extents[name] == nil { extents[name] = candidates.isEmpty ? 29 : candidates.removeFirst() }
        if let unknown = given.keys.sorted().first(where: { !names.contains($0) }) {
            throw LearningError("bundle", "no input has an axis of this name", at: unknown)
        }
        return extents
    }

    /// Types of the outputs; which extents follow which name is seen by building the graph for other extents.
    private static func outputPorts(_ ports: [Port], _ results: [Tensor], leaves: [Tensor], extents: [String: Int]) throws -> [Port] {
        var made = zip(ports, results).map { port, result in
            var port = port
            port.dtype = result.dtype
            port.shape = result.shape.extents.map { .fixed($0) }
            return port
        }
        for (name, extent) in extents.sorted(by: { $0.key < $1.key }) {
            let other = 2 * extent
            let (_, moved) = try specialise(inputs: leaves, outputs: results, to: [name: other])
            for place in made.indices {
                guard moved[place].rank == results[place].rank, moved[place].dtype == results[place].dtype else {
                    throw LearningError("bundle", "the number of axes depends on '\(name)'", at: made[place].name)
                }
                for axis in results[place].shape.extents.indices where moved[place].shape[axis] != results[place].shape[axis] {
                    let isName = results[place].shape[axis] == extent && moved[place].shape[axis] == other
                    made[place].shape[axis] = isName && made[place].shape[axis] == .fixed(extent) ? .named(name) : .derived
                }
            }
        }
        return made
    }
}

extension Port {
    /// The input of a graph.
    fileprivate func leaf(_ extents: [String: Int]) throws -> Tensor {
        var axes: [String: Int] = [:]
        let shape = try shape.enumerated().map { axis, extent in
            switch extent {
            case .fixed(let extent) where extent >= 0: return extent
            case .named(let axisName) where axes[axisName] == nil:
                axes[axisName] = axis
                return extents[axisName]!
            default: throw LearningError("bundle", "an input cannot have the type \(type)", at: name)
            }
        }
        return .input(name, Shape(shape), dtype, axes: axes)
    }
}

extension Variable {
    /// The present values, which later changes do not touch.
    var copied: Tensor { value.withBytes { Tensor(type, copying: $0) } }
}
