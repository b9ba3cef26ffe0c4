import Engine
import Foundation
import Testing

@testable import Formats
@testable import Learning

/// A line through points: y = 2 x₀ − x₁ + 0.5.
private struct Line: Module {
    let layer = Linear(2, 1)
}

private struct Points: BatchSource {
    var sampleCount = 64
    var batchSize = 16
    /// The batch of the second epoch that holds what is not a number.
    var spoilt: Int?
    var key = RandomKey(seed: 1)

    func batches(epoch: Int, from first: Int) throws -> any BatchIterator { Iterator(source: self, epoch: epoch, number: first) }

    struct Iterator: BatchIterator {
        let source: Points, epoch: Int
        var number: Int

        mutating func next() throws -> Batch? {
            guard number < source.batchCount else { return nil }
            defer { number += 1 }
            var x = Tensor.uniform([source.batchSize, 2], key: source.key.folded(in: epoch).folded(in: number)).values(Float.self)
            if epoch == 2, number == source.spoilt { x[5] = .nan }
            let y: [Float] = (0..<source.batchSize).map { row -> Float in 2 * x[2 * row] - x[2 * row + 1] + 0.5 }
            return Batch(["x": Tensor(x, [source.batchSize, 2]), "y": Tensor(y, [source.batchSize, 1])])
        }
    }
}

private func makeStep(_ optimizer: any Optimizer = Adam(rate: 0.05), options: TrainOptions = TrainOptions()) throws -> TrainStep<Line> {
    try TrainStep(Line().initialized(seed: 1), optimizer, options: options) { model, batch, _ in
        (model.layer(batch.x) - batch.y).square().mean()
    }
}

private func makeOptions(_ epochs: Int) -> TrainerOptions {
    var options = TrainerOptions(epochs: epochs)
    options.display = .silent
    return options
}

private func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-trainer-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

private func reason(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "nothing"
}

@Suite struct TrainerTests {
    @Test func `a run learns, records every epoch and tells its observers`() throws {
        var options = makeOptions(15)
        var seen: [String: Int] = [:]
        options.observers = [
            { event in
                switch event {
                case .began: seen["began", default: 0] += 1
                case .batch: seen["batch", default: 0] += 1
                case .epoch: seen["epoch", default: 0] += 1
                case .checkpoint: seen["checkpoint", default: 0] += 1
                case .warning: seen["warning", default: 0] += 1
                case .ended: seen["ended", default: 0] += 1
                }
            }
        ]
        let result = try Trainer(makeStep(), options).fit(Points())
        #expect(result.ending == .finished)
        #expect(result.history.map(\.epoch) == Array(1...15))
        #expect(result.history.last!.loss < result.history[0].loss / 20)
        #expect(result.steps == 60 && result.cpuSeconds > 0 && result.seconds > 0)
        #expect(seen == ["began": 1, "batch": 60, "epoch": 15, "ended": 1])
        #expect(result.best?.score.name == "training loss")
    }

    @Test func `the schedule sets the rate of every step`() throws {
        var options = makeOptions(2)
        options.schedule = try Schedule(.polynomial(), warmUp: 2)
        var rates: [Double] = []
        options.observers = [{ if case .batch(_, _, _, _, let rate) = $0 { rates.append(rate) } }]
        _ = try Trainer(makeStep(Adam(rate: 1)), options).fit(Points())
        let wanted = [0, 0.5, 1, 5 / 6.0, 4 / 6.0, 3 / 6.0, 2 / 6.0, 1 / 6.0]
        #expect(rates.count == 8 && zip(rates, wanted).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func `early stopping gives back the weights of the best epoch`() throws {
        try withFolder { folder in
            for folder in [nil, folder] {
                var options = makeOptions(30)
                options.monitor = .init("score", largerIsBetter: true)
                options.earlyStopping = .init(patience: 3)
                options.folder = folder
                let step = try makeStep()
                var weights: [[Float]] = [], scores = [1.0, 2, 3, 2, 1, 2.5, 9][...]
                let result = try Trainer(step, options).fit(Points()) { model in
                    weights.append(model.layer.weight.value.values(Float.self))
                    return [Score("score", scores.removeFirst())]
                }
                #expect(result.ending == .stoppedEarly && result.history.count == 6)
                #expect(result.best == .init(score: Score("score", 3), epoch: 3))
                #expect(step.model.layer.weight.value.values(Float.self) == weights[2])
                #expect(weights[2] != weights[5])
            }
        }
    }

    @Test func `averaged weights are evaluated and kept`() throws {
        var options = makeOptions(3)
        options.monitor = .init("loss")
        let step = try makeStep(options: TrainOptions(averaging: 0.9))
        var evaluated: [[Float]] = []
        _ = try Trainer(step, options).fit(Points()) { model in
            evaluated.append(model.layer.weight.value.values(Float.self))
            return [Score("loss", 1 / Double(evaluated.count))]
        }
        // What trains are other weights than the averages that were evaluated.
        #expect(step.model.layer.weight.value.values(Float.self) == evaluated[2])
        let averages = step.state.variables.first { $0.name == "average.layer.weight" }!.variable.value.values(Float.self)
        #expect(averages == evaluated[2])
    }

    @Test func `a plateau lowers the rate and says so`() throws {
        var options = makeOptions(6)
        options.plateau = try ReduceOnPlateau(factor: 0.5, patience: 1)
        options.monitor = .init("loss")
        var warnings: [String] = []
        options.observers = [{ if case .warning(let text) = $0 { warnings.append(text) } }]
        let result = try Trainer(makeStep(), options).fit(Points()) { _ in [Score("loss", 1)] }
        #expect(result.history.map(\.rate) == [0.05, 0.05, 0.05, 0.025, 0.025, 0.0125])
        #expect(warnings.first == "no improvement: the learning rate falls to 50 % of the schedule's")
    }

    @Test func `a loss that is no number names the column or the operation at fault and leaves good weights`() throws {
        try withFolder { folder in
            for folder in [nil, folder] {
                var options = makeOptions(3)
                options.folder = folder
                options.checkpoints = .init(batches: 2)
                let step = try makeStep()
                var before: [Float] = []
                options.observers = [
                    { if case .batch(2, 3, _, _, _) = $0 { before = step.model.layer.weight.value.values(Float.self) } }
                ]
                let text = reason { _ = try Trainer(step, options).fit(Points(spoilt: 3)) }
                #expect(
                    text
                        == "train 'train': the loss is nan at step 8 (epoch 2, batch 3, rate 0.05): column 'x' holds nan in sample 2 of batch 3"
                )
                #expect(step.model.layer.weight.value.values(Float.self) == before && !before.isEmpty)
            }
        }
        let step = try TrainStep(Line().initialized(seed: 1), SGD(rate: 1e30)) { model, batch, _ in
            (model.layer(batch.x) - batch.y).square().mean()
        }
        let text = reason { _ = try Trainer(step, makeOptions(1)).fit(Points()) }
        #expect(text.hasPrefix("train 'train': the loss is "))
        #expect(text.contains("result is not finite"), "\(text)")
    }

    @Test func `a request to stop writes a checkpoint that the next run continues from`() throws {
        try withFolder { folder in
            var options = makeOptions(4)
            options.folder = folder
            let whole = try makeStep()
            _ = try Trainer(whole, makeOptions(4)).fit(Points())

            let trainer = Reference<Trainer<Line>>()
            options.observers = [{ if case .batch(2, 2, _, _, _) = $0 { trainer.value?.requestStop() } }]
            trainer.value = try Trainer(makeStep(), options)
            let first = try trainer.value!.fit(Points())
            #expect(first.ending == .interrupted && first.steps == 6)
            let step = try makeStep()
            options.observers = []
            options.continuation = .required
            let second = try Trainer(step, options).fit(Points())
            #expect(second.ending == .finished && second.steps == 16 && second.history.count == 4)
            #expect(step.model.layer.weight.value.values(Float.self) == whole.model.layer.weight.value.values(Float.self))
            // A finished run answers at once.
            #expect(try Trainer(makeStep(), options).fit(Points()).history == second.history)
        }
    }

    @Test func `a checkpoint of another run is refused in words`() throws {
        try withFolder { folder in
            var options = makeOptions(1)
            options.folder = folder
            _ = try Trainer(makeStep(), options).fit(Points())
            #expect(
                reason { _ = try Trainer(makeStep(SGD(rate: 0.05)), options).fit(Points()) }.contains(
                    "the run was another one: the optimizer is sgd, the checkpoint has adam; the optimizer's setting is"))
            #expect(
                reason { _ = try Trainer(makeStep(), options).fit(Points(sampleCount: 32)) }
                    == "continue '\(folder)/last.safetensors': the run was another one: the number of samples is 32, the checkpoint has 64")
            options.continuation = .never
            #expect(try Trainer(makeStep(SGD(rate: 0.05)), options).fit(Points()).steps == 4)
            options.folder = folder + "/none"
            options.continuation = .required
            #expect(
                reason { _ = try Trainer(makeStep(), options).fit(Points()) } == "continue '\(folder)/none': holds no checkpoint of a run")
        }
    }

    @Test func `two runs do not write into one folder`() throws {
        try withFolder { folder in
            var options = makeOptions(1)
            options.folder = folder
            var second = ""
            options.observers = [
                {
                    if case .began = $0 {
                        var other = makeOptions(1)
                        other.folder = folder
                        second = reason { _ = try Trainer(makeStep(), other).fit(Points()) }
                    }
                }
            ]
            _ = try Trainer(makeStep(), options).fit(Points())
            #expect(second.hasPrefix("lock '\(folder)': is held by somebody else"), "\(second)")
        }
    }

    @Test func `a damaged checkpoint is refused or trains on, but never ends the program`() throws {
        try withFolder { folder in
            var options = makeOptions(1)
            options.folder = folder
            _ = try Trainer(makeStep(), options).fit(Points())
            let path = folder + "/last.safetensors"
            let good = try Files.read(path)
            var random = SplitMix(seed: 7), refused = 0
            for _ in 0..<150 {
                var bad = good
                switch random.next() % 3 {
                case 0: bad.removeLast(Int(random.next() % UInt64(bad.count)))
                case 1: for _ in 0..<3 { bad[Int(random.next() % UInt64(min(bad.count, 2500)))] = UInt8(truncatingIfNeeded: random.next()) }
                default: bad.insert(UInt8(truncatingIfNeeded: random.next()), at: Int(random.next() % UInt64(bad.count)))
                }
                try Files.replace(path, with: bad)
                if reason({ _ = try Trainer(makeStep(), options).fit(Points()) }) != "nothing" { refused += 1 }
            }
            #expect(refused > 60)
        }
    }

    @Test func `the monitored score must be among those of the validation`() throws {
        var options = makeOptions(1)
        options.monitor = .init("auc")
        #expect(
            reason { _ = try Trainer(makeStep(), options).fit(Points()) { _ in [Score("loss", 1), Score("accuracy", 0)] } }
                == "train 'auc': the validation has no score of this name, only loss, accuracy")
    }
}

private final class Reference<Value> { var value: Value? }
