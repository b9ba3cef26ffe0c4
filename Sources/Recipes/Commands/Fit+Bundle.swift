import Datasets
import Engine
import Features
import Formats
import Learning

extension Fit {
    /// Samples that a bundle carries along with their answers, so that `verify` can repeat them anywhere.
    private static let goldenSamples = 8
    /// Numbers of these samples, at most.
    private static let goldenNumbers = 1 << 16

    /// The trained net as a bundle: answers are probabilities, numbers in their unit or the future of a series.
    ///
    /// It has neither metrics nor a card: it is measured as it is.
    /// - Parameter shallow: the model to stand in the net's place, and why it does.
    func bundle(
        seed: UInt64, data: String, versions: [String: String], finished: Double, shallow: (model: ShallowFit, reason: JSON)? = nil
    ) throws -> ModelBundle {
        let window = recipe.features?.window.map {
            Port.Window(length: $0.length, step: $0.stride, key: recipe.features?.entity.joined(separator: "/"))
        }
        let input = Port(
            "inputs", [.named("batch")] + corpus.input.shape.extents.dropFirst().map { .fixed($0) }, corpus.input.dtype, window: window)
        let output: Port
        switch corpus.goal {
        case .classes(let names): output = Port("probabilities", labels: names)
        case .number(let unit, _, _, _):
            let name = recipe.features?.target?.columns.first ?? "number"
            output = Port(name == "inputs" ? "number" : name, unit: unit.isEmpty ? nil : unit)
        case .series: output = Port("forecast")
        }
        var settings: [String: Double] = [:]
        if let decay = recipe.train.decay { settings["decay"] = decay }
        let optimizer = try OptimizerNames.make(recipe.train.optimizer ?? "adam", rate: recipe.train.rate, settings: settings)
        let isMirrored = recipe.evaluate.mirror == true, objective = objective
        var notes: JSON.Object = ["recipe": try JSON(encoding: recipe), "goal": .string(corpus.goal.word)]
        if let cap = corpus.goal.cap { notes["cap"] = .number(cap) }
        if let shallow { notes["shipped"] = shallow.reason }
        func make(_ notes: JSON.Object) throws -> ModelBundle {
            let training = TrainingRecord(data: data, seed: seed, versions: versions, finished: finished, notes: notes)
            if let shallow {
                return try ModelBundle(
                    recipe.name, ShallowNet(), inputs: [input], outputs: [output], features: corpus.preparation, training: training
                ) { _, batch, _ in [try shallow.model.graph(batch.inputs)] }
            }
            return try ModelBundle(
                recipe.name, net, inputs: [input], outputs: [output],
                loss: Named(objective.loss, objective.smoothing > 0 ? ["smoothing": .number(objective.smoothing)] : [:]),
                optimizer: optimizer, features: corpus.preparation,
                training: training
            ) { net, batch, pass in
                let answers = objective.answers(net(batch.inputs, &pass))
                guard isMirrored else { return [answers] }
                return [(answers + objective.answers(net(batch.inputs.flipped([2]), &pass))) * 0.5]
            }
        }
        if let golden = try golden(make(notes)) { notes["golden"] = golden }
        return try make(notes)
    }

    /// The first samples of the test part with the bundle's answers to them.
    private func golden(_ bundle: ModelBundle) throws -> JSON? {
        let size = corpus.input.shape.extents.dropFirst().reduce(1, *)
        var batches = try corpus.test.batches(epoch: 0, from: 0)
        guard let batch = try batches.next() else { return nil }
        let count = min(batch.count, Self.goldenSamples, max(1, Self.goldenNumbers / max(1, size)))
        let inputs = SampleValues(batch.inputs).prefix(count * size)
        let answers = try BundleSession(bundle, batch: count).answers(to: inputs, count: count)
        return ["count": JSON(count), "inputs": inputs.json, "answers": .array(answers.map { .number(Double($0)) })]
    }
}

extension Corpus.Goal {
    var word: String {
        switch self {
        case .classes: "classes"
        case .number: "number"
        case .series: "series"
        }
    }

    var cap: Double? { if case .number(_, _, _, let cap) = self { cap } else { nil } }
}
