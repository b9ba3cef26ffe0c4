import Datasets
import Engine
import Learning

/// Shallow forecasts of a series: every column by itself, all with the same weights, relative to the last value.
struct SeriesBaselines {
    let corpus: Corpus

    init(_ corpus: Corpus) { self.corpus = corpus }

    func persistence() throws -> Answers { try forecasts { rows in [Float](repeating: 0, count: rows.rows * horizon) } }

    /// Closed form, from sums over all windows of the training part.
    func ridge(penalty: Double) throws -> Answers {
        var equations: NormalEquations?
        var batches = try corpus.training(64, 0).batches(epoch: 0, from: 0)
        while let batch = try batches.next() {
            let (pasts, futures, _) = try rows(batch)
            if equations == nil { equations = try NormalEquations(columns: pasts.columns, outputs: futures.columns) }
            try equations?.add(pasts, futures)
        }
        guard let equations else { throw RecipeError("baseline", "the training part holds no window") }
        let model = try Ridge(equations, penalty: penalty)
        return try forecasts { try model.predict($0).values }
    }

    private var horizon: Int { corpus.horizon ?? 1 }

    private func forecasts(_ predict: (SampleMatrix) throws -> [Float]) throws -> Answers {
        var values: [Float] = [], truths: [Float] = []
        let channels = corpus.input.shape[-1]
        var batches = try corpus.test.batches(epoch: 0, from: 0)
        while let batch = try batches.next() {
            let (pasts, _, last) = try rows(batch)
            let changes = try predict(pasts)
            for sample in 0..<batch.count {
                for step in 0..<horizon {
                    for channel in 0..<channels {
                        let row = sample * channels + channel
                        values.append(changes[row * horizon + step] + last[row])
                    }
                }
            }
            truths += batch.targets.values(Float.self)
        }
        return Answers(values: values, width: channels, truths: truths)
    }

    /// Windows [batch, time, channels] as rows [batch · channels, time], less the last value that is known.
    private func rows(_ batch: Batch) throws -> (pasts: SampleMatrix, futures: SampleMatrix, last: [Float]) {
        let (count, past, channels) = (batch.count, batch.inputs.shape[1], batch.inputs.shape[2])
        let inputs = batch.inputs.values(Float.self), targets = batch.targets.values(Float.self)
        var pasts: [Float] = [], futures: [Float] = [], last: [Float] = []
        pasts.reserveCapacity(inputs.count)
        futures.reserveCapacity(targets.count)
        for sample in 0..<count {
            for channel in 0..<channels {
                let final = inputs[(sample * past + past - 1) * channels + channel]
                for step in 0..<past { pasts.append(inputs[(sample * past + step) * channels + channel] - final) }
                for step in 0..<horizon { futures.append(targets[(sample * horizon + step) * channels + channel] - final) }
                last.append(final)
            }
        }
        return (
            try SampleMatrix(rows: count * channels, columns: past, pasts),
            try SampleMatrix(rows: count * channels, columns: horizon, futures),
            last
        )
    }
}
