import TestKit
import Testing

@testable import Engine

private func row(_ name: String, _ kind: RecurrentKind) -> Row {
    Row(name, tolerance: 1e-5) { x, a in
        let direction = a.text("direction"), directions = direction == "both" ? 2 : 1
        let weights = (0..<directions).map { d in
            RecurrentWeights(input: x[1 + 4 * d], hidden: x[2 + 4 * d], biases: (x[3 + 4 * d], x[4 + 4 * d]))
        }
        let states = x[(1 + 4 * directions)...].map { $0 }
        let initial = (0..<directions).map { d in
            RecurrentState(hidden: states[0].selected(d, 0), cell: kind == .lstm ? states[1].selected(d, 0) : nil)
        }
        let lengths = a.has("lengths") ? Tensor(a.ints("lengths").map { Int64($0) }) : nil
        let y: Tensor, last: [RecurrentState]
        if direction == "backward" {
            let one = recurrent(kind, x[0], weights[0], initial: initial[0], lengths: lengths, reverse: true)
            (y, last) = (one.y, [one.last])
        } else {
            (y, last) = recurrent(kind, x[0], layers: [weights], initial: initial, lengths: lengths)
        }
        return [y, stack(last.map(\.hidden))] + (kind == .lstm ? [stack(last.map { $0.cell! })] : [])
    }
}

let recurrentRows = [row("lstm", .lstm), row("gru", .gru), row("rnn.tanh", .tanh), row("rnn.relu", .relu)]

@Suite struct RecurrentTests {
    @Test(arguments: recurrentRows) func `recurrent layers agree with reference numbers`(row: Row) throws {
        try check(row, in: "recurrent", among: recurrentRows)
    }
    @Test func `every reference case of recurrent layers has a row`() throws { try checkFamily("recurrent", recurrentRows, cases: 48) }

    private func operands(_ kind: RecurrentKind, _ dtype: DType, batch: Int = 2, time: Int = 3, inputs: Int = 2, hidden: Int = 2)
        -> [Tensor]
    {
        let rows = kind.gates * hidden
        let shapes: [Shape] =
            [[batch, time, inputs], [rows, inputs], [rows, hidden], [rows], [rows], [batch, hidden]]
            + (kind == .lstm ? [[batch, hidden]] : [])
        return shapes.enumerated().map { samples($0.element, seed: UInt64($0.offset + 1), as: dtype) }
    }

    private func loss(_ kind: RecurrentKind, _ x: [Tensor], reverse: Bool = false, lengths: Tensor? = nil) -> Tensor {
        let layer = recurrent(
            kind, x[0], RecurrentWeights(input: x[1], hidden: x[2], biases: (x[3], x[4])),
            initial: RecurrentState(hidden: x[5], cell: kind == .lstm ? x[6] : nil), lengths: lengths, reverse: reverse)
        let weight = samples(layer.y.shape, seed: 11, as: x[0].dtype)
        return (layer.y.square() * weight).sum() + layer.last.hidden.sum() + (layer.last.cell?.square().sum() ?? layer.last.hidden.like(0))
    }

    @Test(arguments: RecurrentKind.allCases) func `gradients and their gradients agree with finite differences`(_ kind: RecurrentKind)
        throws
    {
        try checkGradients("\(kind)", at: operands(kind, .f64, time: 2)) { [loss(kind, $0)] }
        try checkGradients("\(kind) reverse, lengths", at: operands(kind, .f64)) {
            [loss(kind, $0, reverse: true, lengths: Tensor([2, 3] as [Int32]))]
        }
    }

    @Test(arguments: RecurrentKind.allCases) func `kernels of f32 agree with those of f64`(_ kind: RecurrentKind) throws {
        for (batch, time, inputs, hidden) in [(1, 1, 1, 1), (3, 7, 5, 19), (4, 2, 14, 64), (2, 0, 3, 4)] {
            // Small weights: the states of a ReLU layer would grow without bound.
            let
                narrow = operands(kind, .f32, batch: batch, time: time, inputs: inputs, hidden: hidden).map {
                    Tensor($0.doubles().map { $0 / 4 }, $0.shape, as: .f32)
                }, wide = narrow.map { $0.cast(to: .f64) }
            for lengths in [nil, Tensor((0..<batch).map { Int32($0 % (time + 1)) })] {
                let made = try gradients(of: loss(kind, narrow, lengths: lengths), for: narrow)
                let wanted = try gradients(of: loss(kind, wide, lengths: lengths), for: wide)
                for (a, b) in zip(made, wanted) {
                    #expect(difference(a.doubles(), b.doubles(), tolerance: 2e-4) == nil, "\(kind) \(batch)x\(time)x\(inputs)x\(hidden)")
                }
            }
        }
    }

    @Test func `a training program in shards gives the gradients of the whole batch`() throws {
        let x = Tensor.input("x", [8, 5, 3]), rest = operands(.lstm, .f32, batch: 8, time: 5, inputs: 3, hidden: 4)
        let weights = RecurrentWeights(input: rest[1], hidden: rest[2], biases: (rest[3], rest[4]))
        let layer = recurrent(.lstm, x, layers: [[weights]])
        let targets = [rest[1], rest[2], rest[3], rest[4]]
        let made = try gradients(of: layer.y.sliced([0, 4, 0], [8, 5, 4]).square().sum(), for: targets)
        let reference = try Session(try Program(inputs: [x], outputs: made, options: .init(shards: 1)), threads: 1).run([rest[0]])
        for shards in [2, 4] {
            let program = try Program(inputs: [x], outputs: made, options: .init(shards: shards))
            #expect(program.plan.steps.filter { $0.isSplit }.contains { $0.label == "lstmGradient" })
            for (a, b) in zip(try Session(program, threads: 2).run([rest[0]]), reference) {
                #expect(difference(a.doubles(), b.doubles(), tolerance: 1e-5) == nil, "\(shards) shards")
            }
        }
    }

    @Test func `inference keeps nothing for a gradient`() throws {
        let x = Tensor.input("x", [1, 50, 14]), rest = operands(.lstm, .f32, batch: 1, time: 50, inputs: 14, hidden: 64)
        let layer = recurrent(.lstm, x, RecurrentWeights(input: rest[1], hidden: rest[2], biases: (rest[3], rest[4])))
        let head = linear(layer.y.selected(-1, 1), samples([1, 64], as: .f32), samples([1], as: .f32))
        let program = try Program(inputs: [x], outputs: [head])
        let step = try #require(program.plan.steps.first { $0.label == "packed.lstm" })
        // The last step of the result is the last state.
        #expect(step.resultIsRead == [false, true, false, false])
        let session = try Session(program, threads: 1)
        let plain = linear(layer.y, samples([1, 64], as: .f32), samples([1], as: .f32))
        let whole = try Session(try Program(inputs: [x], outputs: [plain]), threads: 1).run([rest[0]])[0].doubles()
        #expect(difference(session.run([rest[0]])[0].doubles(), [whole[49]], tolerance: 1e-6) == nil)
    }

    @Test func `mistakes are named`() {
        func text(_ op: any Op, _ shapes: Shape...) -> String {
            do { return "\(try op.infer(shapes.map { TensorType($0, .f32) }))" } catch { return "\(error)" }
        }
        #expect(
            text(Recurrent(kind: .lstm), [2, 5, 3], [16, 4], [16, 4])
                == "lstm: the input weights must be [16, 3] (f32[2,5,3], f32[16,4], f32[16,4])")
        #expect(
            text(Recurrent(kind: .gru), [2, 5, 3], [12, 3], [16, 4])
                == "gru: the hidden weights must be [3 · hidden, hidden] (f32[2,5,3], f32[12,3], f32[16,4])")
        #expect(
            text(Recurrent(kind: .tanh), [2, 3], [4, 3], [4, 4])
                == "rnn.tanh: the input must be [batch, time, inputs] (f32[2,3], f32[4,3], f32[4,4])")
    }
}
