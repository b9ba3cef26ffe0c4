import Engine
import Formats
import Learning
import TestKit
import Testing

@testable import Streams

@Suite struct OnlineNetTests {
    /// A net that sees turned digits one after another, and what it then knows of both.
    private func taught(_ settings: OnlineNetSettings, anchored: Bool = true) throws -> (turned: Double, upright: Double) {
        let net = try OnlineNet(DigitStream.bundle, settings)
        if anchored { try net.anchor(on: DigitStream.training) }
        let stream = DigitStream.samples(0..<600, isTurned: true)
        for place in 0..<stream.count { net.learn(stream.input(place), target: stream.target(place)) }
        return (net.accuracy(DigitStream.turnedHeld), net.accuracy(DigitStream.held))
    }

    @Test func `a net forgets what it no longer sees, unless old samples are replayed or its parameters held`() throws {
        let before = try OnlineNet(DigitStream.bundle)
        #expect(before.accuracy(DigitStream.held) > 0.95)
        #expect(before.accuracy(DigitStream.turnedHeld) < 0.3)

        let plain = try taught(OnlineNetSettings(fresh: 1, recalled: 7, old: 0, rate: 3e-3))
        let replayed = try taught(OnlineNetSettings(fresh: 1, recalled: 7, old: 8, rate: 3e-3))
        let held = try taught(OnlineNetSettings(fresh: 1, recalled: 7, old: 0, rate: 3e-3, elasticity: 30))
        let distilled = try taught(OnlineNetSettings(fresh: 1, recalled: 7, old: 8, rate: 3e-3, distillation: 1))
        print("forgetting: plain \(plain), replayed \(replayed), held \(held), distilled \(distilled)")
        #expect(plain.turned > 0.85 && plain.upright < 0.8)
        #expect(replayed.turned > 0.85 && replayed.upright > 0.93)
        #expect(held.upright > plain.upright + 0.1 && held.turned > 0.5)
        #expect(distilled.turned > 0.85 && distilled.upright > 0.93)
    }

    @Test func `saved and restored at any sample it goes on with the same bits`() throws {
        let settings = OnlineNetSettings(
            fresh: 3, recalled: 4, old: 5, memory: 50, rate: 2e-3, elasticity: 10, distillation: 0.5, isBalanced: true, seed: 9)
        let stream = DigitStream.samples(0..<100, isTurned: true), whole = try OnlineNet(DigitStream.bundle, settings)
        try whole.anchor(on: DigitStream.training.selecting(0..<200))
        var states: [[UInt8]] = []
        for place in 0..<stream.count {
            whole.learn(stream.input(place), target: stream.target(place))
            if place % 23 == 7 { states.append(try whole.savedBytes()) }
        }
        let last = try whole.savedBytes()
        #expect(whole.updateCount == 33 && states.count == 5)
        for (number, state) in states.enumerated() {
            var net = try OnlineNet(DigitStream.bundle, settings)
            try net.restore(bytes: state)
            for place in number * 23 + 8..<stream.count { net.learn(stream.input(place), target: stream.target(place)) }
            #expect(try net.savedBytes() == last)
            #expect(net.answers(to: DigitStream.held).map(\.bitPattern) == whole.answers(to: DigitStream.held).map(\.bitPattern))
        }
    }

    @Test func `frozen parameters keep their bits, and a net exports what it has learned`() throws {
        let net = try OnlineNet(DigitStream.bundle, OnlineNetSettings(fresh: 4, old: 0, frozen: ["hidden.*"]))
        #expect(net.trained == ["output.weight", "output.bias"])
        let stream = DigitStream.samples(0..<40, isTurned: true)
        for place in 0..<stream.count { net.learn(stream.input(place), target: stream.target(place)) }
        let next = try net.bundle(training: TrainingRecord(parent: "before"))
        for weight in next.weights {
            let old = try #require(DigitStream.bundle[weight.name])
            #expect((weight.values.doubles() == old.values.doubles()) == weight.name.hasPrefix("hidden"), "\(weight.name)")
        }
        let again = try OnlineNet(ModelBundle(packed: next.packed()))
        #expect(again.answers(to: DigitStream.held) == net.answers(to: DigitStream.held))
        #expect(throws: StreamError("online net", "no parameter has a name like this", at: "conv*")) {
            try OnlineNet(DigitStream.bundle, OnlineNetSettings(frozen: ["conv*"]))
        }
    }

    @Test func `what cannot be learned is counted and changes nothing`() throws {
        let net = try OnlineNet(DigitStream.bundle, OnlineNetSettings(fresh: 1))
        let row = Array(DigitStream.held.input(0))
        var odd = row
        odd[3] = .nan
        #expect(!net.learn(odd, target: [1]))
        #expect(!net.learn(row, target: [10]) && !net.learn(row, target: [0.5]) && !net.learn(row, target: []))
        #expect(!net.learn(row.dropLast(), target: [1]) && !net.learn(row, target: [1], weight: -1))
        #expect(net.refused == 6 && net.updateCount == 0)
        // A step that no number can stand is left out as a whole.
        let before = net.answer(row)
        net.learn(row.map { $0 * 1e12 }, target: [1])
        #expect(net.updateCount + net.skippedCount == 1)
        if net.skippedCount == 1 { #expect(net.answer(row) == before) }
        #expect(net.answer(row).allSatisfy { $0.isFinite })
    }

    @Test func `numbers are learned in the deviations of the reference, a reconstruction from its own input`() throws {
        let line = LineNet().initialized(seed: 1)
        let bundle = try ModelBundle("line", line, inputs: [Port("x", ["batch", 2])], outputs: [Port("y", unit: "hPa")]) { net, batch, _ in
            [net.map(batch.x) * 1000 + 5]
        }
        let net = try OnlineNet(bundle, OnlineNetSettings(fresh: 2, rate: 0.02))
        #expect(net.ports.goal == .numbers && net.loss == .meanSquare)
        var random = SplitMix(seed: 2), old = SampleSet(inputWidth: 2, targetWidth: 1)
        func sample() -> ([Float], Float) {
            let row = [Float(random.unit()), Float(random.unit())]
            return (row, 3000 * row[0] - 500 * row[1] + 100)
        }
        for _ in 0..<50 {
            let (row, target) = sample()
            old.append(row, target: [target])
        }
        try net.anchor(on: old)
        #expect(net.spreads[0] > 500 && net.spreads[0] < 1500)
        for _ in 0..<2000 {
            let (row, target) = sample()
            net.learn(row, target: [target])
        }
        #expect(net.errors(on: old).reduce(0, +) / 50 < 0.02)

        let copy = try OnlineNet(
            ModelBundle("copy", CopyNet().initialized(seed: 1), inputs: [Port("x", ["batch", 4])], outputs: [Port("x again")]) {
                net, batch, _ in [net.back(net.code(batch.x))]
            }, OnlineNetSettings(fresh: 4, old: 0, rate: 0.01), goal: .reconstruction)
        var rows = SampleSet(inputWidth: 4, targetWidth: 0)
        for _ in 0..<800 {
            let a = Float(random.unit()), b = Float(random.unit())
            rows.append([a, b, a + b, a - b])
        }
        let before = copy.errors(on: rows).reduce(0, +)
        for place in 0..<rows.count { copy.learn(rows.input(place)) }
        #expect(copy.errors(on: rows).reduce(0, +) < before / 5)
    }

    @Test func `losses and bundles that do not fit are refused in words`() throws {
        func refusal(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return ""
        }
        var bundle = DigitStream.bundle
        bundle.loss = Named("cross-entopy")
        #expect(refusal { _ = try OnlineNet(bundle) } == "loss 'cross-entopy': is not known; did you mean 'cross-entropy'?")
        #expect(
            refusal { _ = try OnlineNet(DigitStream.bundle, OnlineNetSettings(loss: .huber)) } == "loss 'huber': does not fit classes")
        #expect(
            refusal { _ = try OnlineNet(DigitStream.bundle, OnlineNetSettings(fresh: 0)) } == "online net 'fresh': 0 is not in 1...4096")
        #expect(
            refusal { _ = try OnlineNet(DigitStream.bundle, OnlineNetSettings(optimizer: "adamm")) }.hasPrefix(
                "optimizer 'adamm': is not known"))
        #expect(
            refusal { _ = try OnlineNet(DigitStream.bundle, goal: .reconstruction) }
                == "net 'digits': the answer probabilities f32[batch,10] cannot be its input again")
    }

    @Test func `a net keeps the contract of online classifiers`() throws {
        let small = try ModelBundle(
            "small", SmallNet().initialized(seed: 4), inputs: [Port("row", ["batch", 4])],
            outputs: [Port("logits", labels: ["a", "b", "c"])],
            optimizer: Adam(rate: 0.01)
        ) { net, batch, _ in [net(batch.row)] }
        let plain = try NetLearner(small, OnlineNetSettings(fresh: 4, recalled: 8, old: 0, memory: 200))
        #expect(StreamLearnerContract.violations(plain) == [])
        let focal = try NetLearner(
            small,
            OnlineNetSettings(fresh: 1, recalled: 0, old: 0, loss: .focal(gamma: 2), optimizer: "sgd", rate: 0.05, elasticity: 1))
        #expect(StreamLearnerContract.violations(focal) == [])
    }
}

private struct LineNet: Module {
    let map = Linear(2, 1)
}

private struct CopyNet: Module {
    let code = Linear(4, 2), back = Linear(2, 4)
}

private struct SmallNet: Module {
    let hidden = Linear(4, 16), output = Linear(16, 3)
    // The fourth number of a row lies around 7.
    func callAsFunction(_ row: Tensor) -> Tensor { output(hidden(row * Tensor([0.5, 0.5, 0.5, 0.1] as [Float])).relu()) }
}
