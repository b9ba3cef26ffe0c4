/// A compiled computation: inputs to outputs, with updates of variables. Immutable; run it through a `Session`.
///
/// Compilation simplifies the graph, applies the precision policy, fuses, divides the batch into shards, orders the
/// steps, and plans memory. It is a pure function of the graph and the options, so equal programs give equal bits.
public final class Program: Sendable {
    public struct Options: Sendable, Hashable {
        public enum Precision: String, Sendable, Hashable, Codable { case f32, bf16 }
        public enum Kernels: String, Sendable, Hashable, Codable { case native, portable }

        /// bf16: heavy operations compute in bf16 with f32 accumulation; variables stay f32.
        public var precision = Precision.f32
        /// Native: oneDNN where it has a primitive and is installed.
        public var kernels = Kernels.preferred
        /// Parts into which the batch is cut; nil chooses by the batch. The bits depend on it, not on the threads.
        public var shards: Int?
        /// Variables are taken as constants with their present values: weights are packed once, statistics folded.
        public var isFrozen = false
        /// Off: every operation runs by itself, as the oracle of the optimised form.
        public var isOptimized = true

        public init(
            precision: Precision = .f32, kernels: Kernels = .preferred, shards: Int? = nil, isFrozen: Bool = false, isOptimized: Bool = true
        ) {
            self.precision = precision
            self.kernels = kernels
            self.shards = shards
            self.isFrozen = isFrozen
            self.isOptimized = isOptimized
        }
    }

    public let options: Options
    public let inputs: [TensorType]
    public let outputs: [TensorType]
    let plan: Plan

    /// Compiles a graph.
    ///
    /// - Parameter inputs: made by `Tensor.input`; every run receives them in this order.
    /// - Parameter outputs: what a run returns.
    /// - Parameter updates: new values of variables; they are written after everything has been read.
    /// - Parameter options: precision, kernels, shards and whether variables are frozen.
    /// - Throws: an error if the graph reads an input that is not given, or an update has another type than its variable.
    public init(inputs: [Tensor] = [], outputs: [Tensor], updates: [(variable: Variable, value: Tensor)] = [], options: Options = Options())
        throws
    {
        for (variable, value) in updates where variable.type != value.type {
            throw EngineError(
                "program", "the update of variable '\(variable.name)' has another type", operands: [variable.type, value.type])
        }
        if let foreign = inputs.first(where: { !($0.node.op is Input) }) {
            throw EngineError("program", "an input was not made by Tensor.input", operands: [foreign.type])
        }
        let native = options.kernels == .native
        var ends = Rewriter.copy(outputs + updates.map(\.value))
        if options.isFrozen { ends = Self.freeze(ends) }
        if options.isOptimized { ends = Simplify.run(ends) }
        if options.precision == .bf16 {
            ends = try Precision.narrow(ends)
        }
        ends = try Simplify.compose(ends, native: native)
        if options.isOptimized {
            ends = Simplify.run(ends)
            ends = Fusion.absorb(ends, native: native)
        }
        let batch = inputs.first { $0.rank > 0 }?.shape[0] ?? 1
        let shards = options.shards ?? Sharding.preferred(batch: batch)
        guard shards >= 1, shards <= 256 else { throw EngineError("program", "the number of shards must be 1…256, got \(shards)") }
        let sharding = Sharding(ends, batch: batch, shards: batch % shards == 0 ? shards : 1)
        let finalOutputs = Array(ends.prefix(outputs.count))
        let finalUpdates = zip(updates, ends.dropFirst(outputs.count)).map { (variable: $0.variable, value: $1) }
        Self.countCompilation()
        self.options = options
        self.inputs = inputs.map(\.type)
        self.outputs = outputs.map(\.type)
        plan = try Planner.plan(inputs: inputs, outputs: finalOutputs, updates: finalUpdates, sharding: sharding, options: options)
    }

    /// Replaces variables by constants with their present values.
    private static func freeze(_ ends: [Tensor]) -> [Tensor] {
        Rewriter.rewrite(ends) { node, _ in
            guard let variable = node.variable else { return nil }
            let copy = Buffer(bytes: variable.type.bytes)
            copy.pointer.copyMemory(from: variable.buffer.pointer, byteCount: variable.type.bytes)
            return [Tensor(variable.type, copy)]
        }
    }
}
