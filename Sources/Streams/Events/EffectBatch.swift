/// What a pipeline has to tell after some events: answers as flat rows, everything else one by one.
public struct EffectBatch: Sendable {
    /// The key of the answer in a row is `Effect.Key(places[row], .answer)`.
    public var answers: ScoredSamples
    /// In the order in which they came about.
    public var effects: [Effect]

    public init(answers: ScoredSamples, effects: [Effect] = []) {
        self.answers = answers
        self.effects = effects
    }

    public var isEmpty: Bool { answers.isEmpty && effects.isEmpty }
}
