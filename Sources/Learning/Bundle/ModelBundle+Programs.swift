public import Engine

extension ModelBundle {
    /// The forward pass as graph, on which a device builds its own step: outputs, loss, gradients with respect to `variables`.
    public struct Forward {
        public let inputs: [Tensor]
        public let outputs: [Tensor]
        /// By the names of the weights; empty for a frozen graph.
        public let variables: [String: Variable]
    }

    /// Variables with the bundle's weights, to be trained or changed; one set may serve graphs of several extents.
    public func variables() -> [String: Variable] {
        Dictionary(uniqueKeysWithValues: weights.filter { $0.role != .constant }.map { ($0.name, Variable($0.name, $0.values)) })
    }

    /// The names of the weights that training changes.
    public var trainable: [String] { weights.filter { $0.role == .parameter }.map(\.name) }

    /// Builds the forward pass.
    ///
    /// - Parameter extents: of the signature's named axes, such as `["batch": 8]`; those left out keep what they were traced with.
    /// - Parameter variables: what the graph reads as its weights; nil takes the bundle's as constants.
    /// - Throws: if an extent is not positive or unknown, or the graph cannot follow it.
    public func forward(_ extents: [String: Int] = [:], reading variables: [String: Variable]? = nil) throws -> Forward {
        for (name, extent) in extents.sorted(by: { $0.key < $1.key }) where !(1...1 << 31).contains(extent) {
            throw LearningError("bundle", "axis '\(name)' cannot have the extent \(extent)", at: self.name)
        }
        let values = Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.values) })
        let constants = weights.filter { $0.role == .constant }.map(\.values)
        let (inputs, outputs) = try graph.decode(constants: constants) { name, type in
            guard let value = variables.map({ $0[name]?.value }) ?? values[name], value.type == type else {
                throw LearningError("bundle", "the graph reads '\(name)' \(type), which is not there", at: self.name)
            }
            return value
        }
        let moved = extents.isEmpty ? (inputs, outputs) : try specialise(inputs: inputs, outputs: outputs, to: extents)
        return Forward(inputs: moved.0, outputs: moved.1, variables: variables ?? [:])
    }

    /// The forward pass for batches of this size, compiled with the weights as constants.
    ///
    /// - Parameter batch: the extent of the axis `batch`, where the signature has one.
    public func program(batch: Int, options: Program.Options = Program.Options()) throws -> Program {
        try program(signature.axes.contains("batch") ? ["batch": batch] : [:], options: options)
    }

    public func program(_ extents: [String: Int], options: Program.Options = Program.Options()) throws -> Program {
        let forward = try forward(extents)
        return try Program(inputs: forward.inputs, outputs: forward.outputs, options: options)
    }

    /// A session of such a program.
    ///
    /// - Parameter threads: nil takes `MILLRACE_THREADS` or one for each processor.
    public func session(batch: Int, options: Program.Options = Program.Options(), threads: Int? = nil) throws -> Session {
        try Session(program(batch: batch, options: options), threads: threads)
    }
}
