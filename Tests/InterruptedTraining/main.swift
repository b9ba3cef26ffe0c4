import Engine
import Foundation
import Learning

// A short training run for the tests that kill it: InterruptedTraining FOLDER [PIECES], which with PIECES kills itself before so many
// pieces of its checkpoints have been written.

/// Dropout, running statistics and weights.
struct Net: Module {
    let hidden = Linear(12, 24), norm = BatchNorm(24), dropout = Dropout(0.3), output = Linear(24, 3)

    func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
        output(dropout(norm(hidden(x), &pass).relu(), &pass))
    }
}

/// Points around three centres, in an order that the epoch fixes.
struct Points: BatchSource {
    let sampleCount = 250, batchSize = 16
    let key = RandomKey(seed: 5)

    func batches(epoch: Int, from first: Int) throws -> any BatchIterator {
        let labels = (0..<sampleCount).map { Int32($0 % 3) }
        let noise = Tensor.normal([sampleCount, 12], key: key).values(Float.self)
        let order = Tensor.permutation(sampleCount, key: key.folded(in: epoch)).values(Int64.self).map(Int.init)
        return Iterator(source: self, labels: labels, noise: noise, order: order, number: first)
    }

    struct Iterator: BatchIterator {
        let source: Points, labels: [Int32], noise: [Float], order: [Int]
        var number: Int

        mutating func next() throws -> Batch? {
            let places = Array(order.dropFirst(number * source.batchSize).prefix(source.batchSize))
            if places.isEmpty { return nil }
            number += 1
            var points: [Float] = []
            for place in places {
                for axis in 0..<12 { points.append(noise[place * 12 + axis] + Float(place % 3 * axis) * 0.1) }
            }
            return Batch(["points": Tensor(points, [places.count, 12]), "labels": Tensor(places.map { labels[$0] })])
        }
    }
}

let model = Net().initialized(seed: 3)
let options = TrainOptions(seed: 9, clipping: .norm(1), averaging: 0.9, accumulation: 2)
let step = try TrainStep(model, AdamW(rate: 0.01), options: options) { model, batch, pass in
    softmaxCrossEntropy(model(batch.points, &pass), batch.labels).mean()
}

var run = TrainerOptions(epochs: 12)
run.folder = CommandLine.arguments[1]
run.schedule = try Schedule(.cosine(), warmUp: 5)
run.plateau = try ReduceOnPlateau(factor: 0.5, patience: 0)
run.monitor = .init("accuracy", largerIsBetter: true)
run.earlyStopping = .init(patience: 7)
run.checkpoints = .init(batches: 3)
run.logInterval = 4
run.display = .silent
if let pieces = CommandLine.arguments.dropFirst(2).first.flatMap({ Int($0) }) {
    var written = 0
    run.duringWrite = { _, _ in
        written += 1
        if written > pieces { kill(getpid(), SIGKILL) }
    }
}
let inference = Inference(model) { model, batch, pass in [model(batch.points, &pass)] }
let result = try Trainer(step, run).fit(Points()) { _ in
    let found = try inference.collected(Points(), epoch: 0)
    let right = found.targets.indices.count { row in
        let scores = found.outputs[row * 3..<row * 3 + 3]
        return scores.firstIndex(of: scores.max()!)! - row * 3 == Int(found.targets[row])
    }
    return [Score("accuracy", Double(right) / Double(found.targets.count))]
}
print(result.ending.rawValue, result.steps)
