public import Engine

/// A model's answers: a forward pass as a compiled program, which shares the model's parameters.
///
/// The first batch of each shape compiles it. Nothing is trained: dropout rests, running statistics are used.
public final class Inference<Model: Module> {
    public typealias Forward = (_ model: Model, _ batch: Batch, _ pass: inout Pass) throws -> [Tensor]

    public let model: Model
    private let options: Program.Options
    private let threads: Int?
    private let forward: Forward
    private var compiled: [Key: Session] = [:]

    private struct Key: Hashable {
        let names: [String]
        let types: [TensorType]
    }

    /// - Parameter options: a frozen program takes the weights as they are when a shape is first seen and runs faster.
    public init(_ model: Model, options: Program.Options = .init(), threads: Int? = nil, forward: @escaping Forward) {
        self.model = model
        self.options = options
        self.threads = threads
        self.forward = forward
    }

    public func callAsFunction(_ batch: Batch) throws -> [Tensor] { try session(for: batch).run(batch.tensors) }

    private func session(for batch: Batch) throws -> Session {
        let key = Key(names: batch.names, types: batch.tensors.map(\.type))
        if let session = compiled[key] { return session }
        let inputs = zip(batch.names, batch.tensors).map { Tensor.input($0, $1.shape, $1.dtype) }
        var pass = Pass.inference
        let outputs = try forward(model, Batch(names: batch.names, tensors: inputs), &pass)
        // Inputs that the answer does not depend on, such as labels, are given all the same.
        let session = try Session(Program(inputs: inputs, outputs: outputs, options: options), threads: threads)
        compiled[key] = session
        return session
    }
}
