import Datasets
import Engine
import Formats
import Learning

/// Texts with one class each, as the numbers of their words and, after them, of their character n-grams.
struct TextCorpora: CorpusMaker {
    private let recipe: Recipe
    private let training, validation, test: LabelledText
    private let classes: Int

    init(_ recipe: Recipe) throws {
        self.recipe = recipe
        let path = try DataFolder.resolve(recipe.data.path, for: recipe)
        func part(_ name: String?) throws -> LabelledText? {
            try name.map { try LabelledText(Files.join(path, $0), encoding: .latin1) }
        }
        guard let all = try part(recipe.data.train), let test = try part(recipe.data.test) else {
            throw RecipeError("data", "texts need a file to train and one to test", at: recipe.name)
        }
        self.test = test
        if let validation = try part(recipe.data.validate) {
            (training, self.validation) = (all, validation)
        } else {
            let order = SampleOrder.shuffled(seed: 17).order(of: all.count, epoch: 0)
            let held = Int(Double(all.count) * (recipe.data.validation ?? 0.1))
            (training, validation) = (all.selecting(order[held...].sorted()), all.selecting(order[..<held].sorted()))
        }
        classes = Int((training.labels + test.labels).max() ?? 0) + 1
    }

    func corpus(run: Int) throws -> Corpus {
        let coder = TextCoder(training.texts, length: 64, grams: 768)
        func samples(_ part: LabelledText) -> Samples {
            Samples(["inputs": coder.rows(part.texts), "targets": HostArray(part.labels, [part.count])])
        }
        let known = samples(training)
        let unknown = Float(recipe.train.augment?.words ?? 0)
        var corpus = Corpus(
            goal: .classes((0..<classes).map(String.init)), input: TensorType([1, coder.width], .i32),
            training: { batch, seed in
                let shuffled = known.shuffled(batch: batch, seed: seed, dropLast: true)
                guard unknown > 0 else { return shuffled }
                return shuffled.augmented(seed: seed) { batch, seed in try coder.forgetWords(unknown, in: &batch, seed: seed) }
            }, validation: validation.count > 0 ? samples(validation).inOrder(batch: 100) : nil, test: samples(test).inOrder(batch: 100))
        corpus.texts = (training, test)
        (corpus.vocabulary, corpus.buckets, corpus.length) = (coder.wordCount, TextCoder.buckets, coder.length)
        corpus.words = known["inputs"].values(Int32.self)
        corpus.preparation = coder.description
        corpus.facts = [
            ("training texts", "\(training.count)"), ("validation texts", "\(validation.count)"), ("test texts", "\(test.count)"),
            ("words", "\(coder.wordCount - 2)"),
        ]
        return corpus
    }
}

extension LabelledText {
    func selecting(_ places: [Int]) -> LabelledText { LabelledText(texts: places.map { texts[$0] }, labels: places.map { labels[$0] }) }
}
