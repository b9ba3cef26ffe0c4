/// What a learner is shown at once.
public struct Lesson: Sendable {
    /// The number of the first sample, counted from the beginning of the stream.
    public let first: Int
    /// The samples since the lesson before, answered but not yet known to be right.
    public let samples: ScoredSamples
    /// Samples, of this lesson or of earlier ones, whose labels have become known since, with the answers that they got.
    public let labelled: ScoredSamples
    /// The labels of `labelled`, row by row, `labelWidth` numbers each: scaled as the model answers; a class as its number.
    public let labels: [Float]
    public let labelWidth: Int
    /// What the watchers have noticed since.
    public let findings: [Finding]

    public init(
        first: Int, samples: ScoredSamples, labelled: ScoredSamples, labels: [Float], labelWidth: Int, findings: [Finding] = []
    ) {
        self.first = first
        self.samples = samples
        self.labelled = labelled
        self.labels = labels
        self.labelWidth = labelWidth
        self.findings = findings
    }

    public func label(_ row: Int) -> ArraySlice<Float> { labels[row * labelWidth..<(row + 1) * labelWidth] }
}
