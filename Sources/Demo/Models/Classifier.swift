import Datasets
import Engine
import Features
import Formats
import Learning
import Streams

/// A small net that names classes, trained for the demonstration, with the samples it knows.
struct Classifier {
    let fitted: FittedFeatures
    let bundle: ModelBundle
    let known: SampleSet

    /// - Parameters:
    ///   - shape: of one sample's input.
    ///   - enlarge: further samples that mean the same, from one sample's input.
    init<Net: Module>(
        _ name: String, _ features: FeatureDefinition, training table: Frame, shape: [Int], net: Net, epochs: Int, seed: UInt64 = 1,
        enlarge: ([Float]) -> [[Float]] = { _ in [] }, forward: @escaping (Net, Tensor, inout Pass) -> Tensor
    ) throws {
        fitted = try features.fit(table)
        known = try Self.samples(fitted, table)
        guard let classes = fitted.classes else { throw DemoError(name, "the target has no classes") }
        var inputs: [Float] = [], labels: [Int32] = []
        for place in 0..<known.count {
            for input in [Array(known.input(place))] + enlarge(Array(known.input(place))) {
                inputs += input
                labels.append(Int32(known.target(place).first!))
            }
        }
        let samples = Samples(["input": HostArray(inputs, Shape([labels.count] + shape)), "label": HostArray(labels, [labels.count])])
        let model = net.initialized(seed: seed), optimizer = AdamW(rate: 2e-3, decay: 0.01)
        let step = try TrainStep(model, optimizer, options: TrainOptions(seed: seed)) { model, batch, pass in
            crossEntropy(forward(model, batch.input, &pass), batch.label)
        }
        var options = TrainerOptions(epochs: epochs)
        options.schedule = try Schedule(.cosine(minimum: 0), per: .step)
        options.display = .silent
        _ = try Trainer(step, options).fit(samples.shuffled(batch: 32, seed: seed))
        bundle = try ModelBundle(
            name, model, inputs: [Port("input", [.named("batch")] + shape.map { .fixed($0) })],
            outputs: [Port("probabilities", labels: classes)], loss: Named("cross-entropy"), optimizer: optimizer,
            features: JSON(encoding: fitted), training: TrainingRecord(data: known.digest.hexadecimal, seed: seed)
        ) { model, batch, pass in [forward(model, batch.input, &pass).softmax()] }
    }

    /// The samples of a table: inputs, and the numbers of their classes.
    static func samples(_ fitted: FittedFeatures, _ table: Frame) throws -> SampleSet {
        let set = try fitted.transform(table), places = Array(set.rows.indices)
        guard let input = set.inputs.first, let x = input.values(of: places).floats, let target = set.target else {
            throw DemoError("classifier", "the table gave no numbers with a class")
        }
        var samples = SampleSet(inputWidth: input.size, targetWidth: 1)
        for (place, label) in target.values(of: places).classes.enumerated() {
            samples.append(x[place * input.size..<(place + 1) * input.size], target: [Float(label)])
        }
        return samples
    }
}

extension FeatureValues {
    fileprivate var classes: [Int32] {
        switch self {
        case .int(let values): values
        case .float(let values): values.map { Int32($0) }
        }
    }
}
