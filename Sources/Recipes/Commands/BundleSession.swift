public import Engine
public import Learning
import Formats

/// A bundle ready to answer: rows of numbers in, rows of answers out, in batches of one size.
public final class BundleSession {
    /// Samples at once unless somebody asks for another number. Other numbers may round otherwise.
    public static let batch = 200

    public let bundle: ModelBundle
    /// Samples that are computed at once.
    public let batch: Int
    /// Numbers of a sample, and of its answer.
    public let inputSize: Int
    public let outputSize: Int
    /// What a sample is, without the axis of samples.
    public let sampleShape: [Int]
    private let session: Session

    /// - Throws: if the bundle takes or gives more than one tensor, or another type than f32 and i32.
    public init(_ bundle: ModelBundle, batch: Int, options: Program.Options = Program.Options(), threads: Int? = nil) throws {
        func refuse(_ reason: String) -> RecipeError { RecipeError("run", reason, at: bundle.name) }
        let signature = bundle.signature
        guard signature.inputs.count == 1, signature.outputs.count == 1 else {
            throw refuse("the bundle takes \(signature.inputs.count) tensors and gives \(signature.outputs.count): one each is needed")
        }
        let input = signature.inputs[0]
        guard input.shape.first == .named("batch"), input.dtype == .f32 || input.dtype == .i32, signature.outputs[0].dtype == .f32 else {
            throw refuse("the input \(input) has no batch, or is neither f32 nor i32")
        }
        var options = options
        options.isFrozen = true
        let program = try bundle.program(batch: batch, options: options)
        session = try Session(program, threads: threads)
        self.bundle = bundle
        self.batch = batch
        sampleShape = try input.shape.dropFirst().map { extent in
            guard case .fixed(let extent) = extent else { throw refuse("the input \(input) has an axis that is not fixed") }
            return extent
        }
        inputSize = sampleShape.reduce(1, *)
        let first = session.run([Self.zeros(input.dtype, Shape([batch] + sampleShape))])[0]
        guard first.rank > 0, first.shape[0] == batch else { throw refuse("gives \(first.type) for a batch of \(batch)") }
        outputSize = first.count / batch
    }

    private static func zeros(_ dtype: DType, _ shape: Shape) -> Tensor {
        dtype == .i32 ? SampleValues.whole([]).tensor(shape) : SampleValues.fractions([]).tensor(shape)
    }

    /// The answers to samples, row by row.
    public func answers(to values: SampleValues, count: Int) throws -> [Float] {
        guard values.count == count * inputSize else {
            throw RecipeError("run", "\(values.count) numbers for \(count) samples of \(inputSize)", at: bundle.name)
        }
        var answers: [Float] = []
        answers.reserveCapacity(count * outputSize)
        let shape = Shape([batch] + sampleShape)
        for start in stride(from: 0, to: count, by: batch) {
            let end = min(start + batch, count)
            let result = session.run([values[start * inputSize..<end * inputSize].tensor(shape)])[0].values(Float.self)
            answers += result.prefix((end - start) * outputSize)
        }
        return answers
    }

    /// The answer to each sample of a source, and what is true in the answers' scale.
    func answers(to source: any BatchSource, _ objective: Objective) throws -> Answers {
        var values: [Float] = [], targets: [Float] = []
        var batches = try source.batches(epoch: 0, from: 0)
        while let batch = try batches.next() {
            values += try answers(to: SampleValues(batch.inputs), count: batch.count)
            targets += batch.targets.cast(to: .f32).values(Float.self)
        }
        return Answers(values: values, width: outputSize, truths: objective.truths(targets))
    }
}
