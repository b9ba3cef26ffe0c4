import Engine
import Foundation
import Learning

// A training run over several processes for the tests: DistributedTraining FOLDER [SETTING…], ranks from the environment.
//
//   workers=N     start N processes of this program and wait for them
//   epochs=N      in all
//   kill=R:S      process R kills itself after step S
//   stop=R:S      process R asks to stop after step S
//   stall=R:S     process R stops taking part after step S
//   width=N       of the hidden layers
//   batch=N       samples of all processes together
//   bucket=N      bytes of a bucket
//   uneven        one sample more, so that the last batch does not divide
//   time          prints the milliseconds of a step
//
// At the end process 0 prints the ending and the steps; each process writes its parameters to FOLDER/parameters-RANK.

struct Net: Module {
    let first: Linear, second: Linear, output: Linear
    init(width: Int) {
        first = Linear(32, width)
        second = Linear(width, width)
        output = Linear(width, 4)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { output(second(first(x).tanh()).tanh()) }
}

/// Points around four centres, in an order that the epoch fixes.
struct Points: BatchSource {
    let sampleCount: Int, batchSize: Int
    let points: [Float]

    init(samples: Int, batch: Int) {
        (sampleCount, batchSize) = (samples, batch)
        var points = Tensor.normal([samples, 32], key: RandomKey(seed: 5)).values(Float.self)
        for place in 0..<samples { for axis in 0..<32 { points[place * 32 + axis] += Float((place % 4) * (axis % 5)) * 0.2 } }
        self.points = points
    }

    func batches(epoch: Int, from first: Int) throws -> any BatchIterator {
        let order = Tensor.permutation(sampleCount, key: RandomKey(seed: 6).folded(in: epoch)).values(Int64.self).map(Int.init)
        return Iterator(source: self, order: order, number: first)
    }

    struct Iterator: BatchIterator {
        let source: Points, order: [Int]
        var number: Int

        mutating func next() throws -> Batch? {
            let places = Array(order.dropFirst(number * source.batchSize).prefix(source.batchSize))
            if places.isEmpty { return nil }
            number += 1
            let points = places.flatMap { source.points[$0 * 32..<$0 * 32 + 32] }
            return Batch(["points": Tensor(points, [places.count, 32]), "labels": Tensor(places.map { Int32($0 % 4) })])
        }
    }
}

func fail(_ error: any Error) -> Never {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(3)
}

let arguments = CommandLine.arguments.dropFirst()
let folder = arguments.first ?? "."
func setting(_ name: String) -> String? {
    arguments.dropFirst().first { $0 == name || $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
}
func number(_ name: String, _ value: Int) -> Int { setting(name).flatMap { Int($0) } ?? value }
/// The step at which this process does something special.
func event(_ name: String, _ rank: Int) -> Int? {
    guard let parts = setting(name)?.split(separator: ":").compactMap({ Int($0) }), parts.count == 2, parts[0] == rank else { return nil }
    return parts[1]
}

do {
    let settings = try ProcessGroup.Settings()
    if settings == nil, let count = setting("workers").flatMap({ Int($0) }) { exit(try launchWorkers(count: count)) }
    let group = try settings.map { try ProcessGroup($0) }
    let rank = group?.rank ?? 0

    // Each process begins with weights of its own: those of process 0 must count.
    let model = Net(width: number("width", 64)).initialized(seed: UInt64(3 + rank))
    var options = TrainOptions(seed: 9, clipping: .norm(1))
    options.reduction = group.map { DataParallel($0, bucketBytes: number("bucket", 8192)) }
    let step = try TrainStep(model, AdamW(rate: 0.003), options: options) { model, batch, _ in
        softmaxCrossEntropy(model(batch.points), batch.labels).mean()
    }
    let batch = number("batch", 32)
    let whole = Points(samples: batch * 8 + (setting("uneven") == nil ? 0 : 5), batch: batch)
    var run = TrainerOptions(epochs: number("epochs", 5))
    run.folder = folder + "/run"
    run.checkpoints = .init(batches: 3)
    run.restoresBest = false
    run.display = .silent
    run.tensorBoard = false
    let clock = ContinuousClock()
    var times: [Duration] = [], last = clock.now
    var trainer: Trainer<Net>?
    run.observers = [
        { message in
            guard case .batch(_, _, let step, _, _) = message else { return }
            times.append(clock.now - last)
            last = clock.now
            if event("kill", rank) == step { kill(getpid(), SIGKILL) }
            if event("stop", rank) == step { trainer?.requestStop() }
            if event("stall", rank) == step { kill(getpid(), SIGSTOP) }
        }
    ]
    trainer = try Trainer(step, run)
    let result = try group.map { try trainer!.fit(ShardedSource(whole, $0)) } ?? trainer!.fit(whole)
    let values = model.parameters.flatMap { $0.parameter.value.values(Float.self) }
    try values.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: "\(folder)/parameters-\(rank)")) }
    if rank == 0 {
        print(result.ending.rawValue, result.steps, result.history.last.map { "\($0.loss) \($0.samples)" } ?? "")
        if setting("time") != nil {
            let steady = times.dropFirst(times.count / 4).sorted()
            print("milliseconds of a step:", Double(steady[steady.count / 2].components.attoseconds) / 1e15)
        }
    }
} catch { fail(error) }
