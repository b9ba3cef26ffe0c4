import Learning

/// The shallow models that are trained beside the deep one.
enum Baselines {
    static func answers(_ recipe: Recipe, _ corpus: Corpus, note: (String) -> Void) throws -> [(name: String, answers: Answers)] { [] }
}
