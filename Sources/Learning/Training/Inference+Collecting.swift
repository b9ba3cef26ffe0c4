import Engine

extension Inference {
    /// The first answer for every sample of a source, with a column of its batches beside it, row by row.
    ///
    /// The rows fit the metrics: `OutputMetric.value(outputs, width: width, targets)`.
    ///
    /// - Parameter target: the column that holds what is true.
    /// - Returns: answers f32 [samples · width], the width of a row, and the column as f32.
    public func collected(_ source: some BatchSource, target: String = "labels", epoch: Int = 1) throws -> (
        outputs: [Float], width: Int, targets: [Float]
    ) {
        var outputs: [Float] = [], targets: [Float] = [], width = 0
        outputs.reserveCapacity(source.sampleCount)
        var batches = try source.batches(epoch: epoch, from: 0)
        while let batch = try batches.next() {
            let answers = try self(batch)
            guard let answer = answers.first, answer.rank > 0, answer.shape[0] == batch.count else {
                throw LearningError(
                    "evaluate", "the first answer must have a row for each of \(batch.count) samples, got \(answers.map(\.type))")
            }
            width = answer.count / max(1, batch.count)
            outputs += answer.cast(to: .f32).values(Float.self)
            targets += batch[target].cast(to: .f32).values(Float.self)
        }
        return (outputs, width, targets)
    }
}
