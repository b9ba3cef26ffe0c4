import Datasets
import Engine
import Learning

/// Trains the shallow models of a recipe and asks them about the test part.
struct Baselines {
    let recipe: Recipe
    let corpus: Corpus

    /// Each model's answers to the test part, in the scale of the deep model's, and the model itself where it could stand in its place.
    func answers() throws -> [(name: String, answers: Answers, fit: ShallowFit?)] {
        try (recipe.compare?.baselines ?? standard).compactMap { kind in
            if let flat = corpus.flat, let fit = try fit(kind, flat.training) { return (fit.name, try fit.answers(flat.test), fit) }
            return try answers(of: kind).map { ($0.name, $0.answers, nil) }
        }
    }

    /// What fits the data.
    private var standard: [BaselineKind] {
        if corpus.texts != nil { return [.constant, .words] }
        if case .series = corpus.goal { return [.persistence, .linear] }
        guard let flat = corpus.flat else { return [] }
        return flat.training.columns <= 256 ? [.constant, .linear, .neighbours, .trees] : [.constant, .linear, .neighbours]
    }

    private func answers(of kind: BaselineKind) throws -> (name: String, answers: Answers)? {
        switch (corpus.goal, kind) {
        case (.series, .persistence): return ("last value", try SeriesBaselines(corpus).persistence())
        case (.series, .linear): return ("ridge regression", try SeriesBaselines(corpus).ridge(penalty: 100))
        case (.series, _): return nil
        case (.classes, .words): return try corpus.texts.map { ("tf-idf and logistic regression", try words($0.training, $0.test)) }
        case (.classes, .constant): return ("majority class", try classified(MajorityClass()))
        case (.classes, .neighbours): return ("k-nearest neighbours", try classified(NearestNeighbourClassifier(5), isScaled: true))
        case (.number, .constant): return ("mean", try regressed(MeanTarget()))
        case (.number, .neighbours): return ("k-nearest neighbours", try regressed(NearestNeighbourRegressor(15), isScaled: true))
        case (_, .linear), (_, .trees): throw RecipeError("baseline", "needs rows of numbers", at: recipe.name)
        case (.classes, .persistence), (.number, .persistence), (.number, .words): return nil
        }
    }

    // MARK: Models that a bundle can hold

    private func fit(_ kind: BaselineKind, _ training: Corpus.Flat) throws -> ShallowFit? {
        let samples = try matrix(training)
        switch (corpus.goal, kind) {
        case (.classes(let names), .trees):
            var model = BoostedTreesClassifier(.init(rounds: 150, rate: 0.06))
            try model.fit(samples, training.targets.map { Int($0) })
            let trees = model.trees
            return ShallowFit(name: "boosted trees") { part in
                padded(try trees.predict(matrix(part)), truths: part.targets)
            } graph: {
                padded(try trees.graph($0), to: names.count)
            }
        case (.classes(let names), .linear):
            let scaler = try StandardScaler(samples)
            var model = LogisticRegression<SampleMatrix>(iterations: 200)
            try model.fit(scaler.scaled(samples), training.targets.map { Int($0) })
            return ShallowFit(name: "logistic regression") { [model] part in
                padded(try model.predictProbabilities(scaler.scaled(matrix(part))), truths: part.targets)
            } graph: { [model] inputs in
                guard let scores = try model.map?.graph(inputs, after: scaler) else { return inputs }
                let likely = scores.sigmoid()
                return padded(scores.shape[-1] > 1 ? scores.softmax() : concatenate([1 - likely, likely], 1), to: names.count)
            }
        case (.number(_, _, _, let cap), .trees):
            var model = BoostedTreesRegressor(.init(rounds: 200, rate: 0.06))
            try model.fit(samples, SampleMatrix(column: training.targets))
            let trees = model.trees
            return ShallowFit(name: "boosted trees") { part in
                capped(try trees.predict(matrix(part)), truths: part.targets)
            } graph: { inputs in
                let numbers = try trees.graph(inputs)
                return cap.map { numbers.clamped(0, $0) } ?? numbers
            }
        case (.number(_, _, _, let cap), .linear):
            let scaler = try StandardScaler(samples)
            var model = Ridge()
            try model.fit(scaler.scaled(samples), SampleMatrix(column: training.targets))
            return ShallowFit(name: "ridge regression") { [model] part in
                capped(try model.predict(scaler.scaled(matrix(part))), truths: part.targets)
            } graph: { [model] inputs in
                guard let numbers = try model.map?.graph(inputs, after: scaler) else { return inputs }
                return cap.map { numbers.clamped(0, $0) } ?? numbers
            }
        default: return nil
        }
    }

    /// Probabilities [batch, classes] with zeros for classes that the training part lacks.
    private func padded(_ probabilities: Tensor, to classes: Int) -> Tensor {
        let missing = classes - probabilities.shape[-1]
        return missing > 0 ? probabilities.padded([(0, 0), (0, missing)]) : probabilities
    }

    private func matrix(_ part: Corpus.Flat) throws -> SampleMatrix {
        try SampleMatrix(rows: part.rows.count / max(1, part.columns), columns: part.columns, part.rows)
    }

    // MARK: Rows of numbers

    /// Texts as rows without numbers, for the model that looks at none.
    private var labels: (training: Corpus.Flat, test: Corpus.Flat)? {
        corpus.texts.map { texts in
            func flat(_ part: LabelledText) -> Corpus.Flat {
                Corpus.Flat(rows: [Float](repeating: 0, count: part.count), columns: 1, targets: part.labels.map(Float.init))
            }
            return (flat(texts.training), flat(texts.test))
        }
    }

    private func matrices(
        _ flat: (training: Corpus.Flat, test: Corpus.Flat), isScaled: Bool
    ) throws -> (training: SampleMatrix, test: SampleMatrix)? {
        var parts = try [flat.training, flat.test].map(matrix)
        if isScaled {
            let scaler = try StandardScaler(parts[0])
            parts = try parts.map { try scaler.scaled($0) }
        }
        return (parts[0], parts[1])
    }

    private func classified<Model: ShallowClassifier>(_ model: Model, isScaled: Bool = false) throws -> Answers
    where Model.Samples == SampleMatrix {
        guard let flat = corpus.flat ?? labels, let (training, test) = try matrices(flat, isScaled: isScaled) else {
            throw RecipeError("baseline", "needs rows of numbers", at: recipe.name)
        }
        var model = model
        try model.fit(training, flat.training.targets.map { Int($0) })
        return padded(try model.predictProbabilities(test), truths: flat.test.targets)
    }

    private func regressed(_ model: some ShallowRegressor, isScaled: Bool = false) throws -> Answers {
        guard let flat = corpus.flat, let (training, test) = try matrices(flat, isScaled: isScaled) else {
            throw RecipeError("baseline", "needs rows of numbers", at: recipe.name)
        }
        var model = model
        try model.fit(training, SampleMatrix(column: flat.training.targets))
        return capped(try model.predict(test), truths: flat.test.targets)
    }

    private func capped(_ numbers: SampleMatrix, truths: [Float]) -> Answers {
        var values = numbers.values
        if case .number(_, _, _, let cap?) = corpus.goal { values = values.map { min(max($0, 0), Float(cap)) } }
        return Answers(values: values, width: 1, truths: truths)
    }

    /// Probabilities of all classes, also of those that the training part lacks.
    private func padded(_ probabilities: SampleMatrix, truths: [Float]) -> Answers {
        guard case .classes(let names) = corpus.goal, probabilities.columns < names.count else {
            return Answers(values: probabilities.values, width: probabilities.columns, truths: truths)
        }
        let rest = [Float](repeating: 0, count: names.count - probabilities.columns)
        let values = (0..<probabilities.rows).flatMap { Array(probabilities.row($0)) + rest }
        return Answers(values: values, width: names.count, truths: truths)
    }

    // MARK: Texts

    private func words(_ training: LabelledText, _ test: LabelledText) throws -> Answers {
        let features = try [
            TextFeatures(training.texts, unit: .words, lengths: 1...2, sublinear: true),
            TextFeatures(training.texts, unit: .charactersInWords, lengths: 2...5, sublinear: true, leastTexts: 2),
        ]
        func rows(_ texts: [String]) throws -> SparseMatrix { try SparseMatrix.beside(features.map { try $0(texts) }) }
        var model = LogisticRegression<SparseMatrix>(inversePenalty: 3, iterations: 100)
        try model.fit(try rows(training.texts), training.labels.map(Int.init))
        return padded(try model.predictProbabilities(try rows(test.texts)), truths: test.labels.map(Float.init))
    }
}
