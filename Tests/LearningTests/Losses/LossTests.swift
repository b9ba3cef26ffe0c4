import Engine
import Learning
import TestKit
import Testing

@Suite struct LossTests {
    @Test func `every loss and its gradient equal PyTorch's, on native and portable kernels`() throws {
        let cases = try GoldenCase.family("losses")
        #expect(cases.count == 89)
        #expect(lossRows.gaps(in: cases, of: "losses", without: ["crf": "CRFTests", "crf.one-step": "CRFTests"]) == [])
        for row in lossRows {
            for text in row.problems(in: cases.filter { lossRows.row(for: $0.name)?.name == row.name }) { Issue.record("\(text)") }
        }
    }

    @Test func `a wrong loss is found`() throws {
        let cases = try GoldenCase.family("losses").filter { $0.name.hasPrefix("huber") }
        let wrong = Row("huber") { inputs, settings in
            [huber(inputs[0], inputs[1], delta: 0.8, reduction: Reduction(rawValue: settings.text("reduction"))!)]
        }
        #expect(wrong.problems(in: cases).count == 6)
    }

    /// Where the losses have second derivatives, away from their edges.
    @Test func `gradients agree with finite differences in f64`() throws {
        let x = Tensor([0.3, -1.2, 0.8, 1.9, -0.4, 0.7] as [Double], [2, 3]),
            y = Tensor([0.1, 0.6, -0.9, 0.5, 1.1, -1.4] as [Double], [2, 3])
        let labels = Tensor([2, 0] as [Int64]), chances = y.softmax(), truths = Tensor([1, 0, 1, 0, 0, 1] as [Double], [2, 3])
        let same = Tensor([1, 0] as [Double]), weights = Tensor([0.5, 2] as [Double])
        let losses: [(String, (Tensor) -> Tensor)] = [
            ("mse", { meanSquaredError($0, y, weights: weights) }), ("huber", { huber($0, y, delta: 0.5) }),
            ("mae", { meanAbsoluteError($0, y) }), ("quantile", { quantileLoss($0, weights, quantiles: [0.1, 0.5, 0.9]) }),
            ("entropy", { crossEntropy($0, labels, smoothing: 0.1, classWeights: Tensor([1, 2, 0.5] as [Double])) }),
            ("soft", { crossEntropy($0, chances) }), ("binary", { binaryCrossEntropy($0, truths, positiveWeight: 2) }),
            ("binary focal", { binaryFocal($0, truths) }), ("focal", { focal($0, labels, gamma: 2.5) }),
            ("contrastive", { contrastive($0, y, same: same, margin: 3) }),
            ("triplet", { triplet(anchor: $0, positive: y, negative: -y, margin: 3) }), ("cosine", { cosineLoss($0, y) }),
            ("cosine contrastive", { cosineContrastive($0, y, same: same, margin: -1) }), ("views", { crossViewEntropy($0, y) }),
            ("kl", { klDivergence($0.logSoftmax(), chances) }),
        ]
        for (name, loss) in losses {
            let text = try gradientDifference(at: [x], tolerance: 2e-6, orders: name == "mae" || name == "quantile" ? 1 : 2) {
                [loss($0[0])]
            }
            #expect(text == nil, "\(name)")
        }
        let logits = Tensor((0..<24).map { Double(($0 * 37) % 17) / 9 - 1 }, [2, 4, 3])
        let text = try gradientDifference(at: [logits], tolerance: 2e-6) {
            [ctc($0[0], Tensor([1, 2, 2, 0] as [Int64], [2, 2]), labelCounts: Tensor([2, 1] as [Int64]))]
        }
        #expect(text == nil)
    }

    @Test func `labels that do not fit into the steps have an infinite loss without a gradient, or are skipped`() throws {
        let logits = Tensor.normal([2, 3, 4], key: RandomKey(seed: 1)), labels = Tensor([1, 1, 2, 3] as [Int64], [2, 2])
        let lengths = Tensor([2, 3] as [Int64])
        let losses = ctc(logits, labels, lengths: lengths, reduction: .none)
        #expect(losses.doubles()[0] == .infinity && losses.doubles()[1].isFinite)
        let skipped = ctc(logits, labels, lengths: lengths, skipsImpossible: true, reduction: .none)
        #expect(skipped.doubles() == [0, losses.doubles()[1]])
        let x = Tensor.normal([2, 3, 4], key: RandomKey(seed: 1))
        let slope = try gradients(of: ctc(x, labels, lengths: lengths, skipsImpossible: true, reduction: .sum), for: [x])[0].doubles()
        #expect(slope.prefix(12).allSatisfy { $0 == 0 } && slope.dropFirst(12).contains { $0 != 0 } && slope.allSatisfy(\.isFinite))
    }

    @Test func `weights that are all zero give zero`() {
        let x = Tensor([1, 2] as [Float]), none = Tensor.zeros([2])
        #expect(meanSquaredError(x, -x, weights: none).scalar == 0)
        let logits = Tensor.ones([2, 3]), ignored = Tensor([-1, -1] as [Int64])
        #expect(crossEntropy(logits, ignored, ignoring: -1).scalar == 0)
    }

    @Test func `under the bf16 policy small differences of large numbers are kept`() throws {
        let x = Tensor.input("x", [1, 1]), w = Variable("w", Tensor([1] as [Float], [1, 1]))
        for (loss, expected) in [(meanSquaredError, 0.0625), (meanAbsoluteError, 0.25)]
            as [((Tensor, Tensor, Tensor?, Reduction) -> Tensor, Double)]
        {
            let program = try Program(
                inputs: [x], outputs: [loss(linear(x, w.value), Tensor([128.25] as [Float], [1, 1]), nil, .mean)],
                options: .init(precision: .bf16))
            #expect(try Session(program).run([Tensor([128] as [Float], [1, 1])])[0].scalar == expected)
        }
    }

    @Test func `a shape that does not fit ends the program with a text`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = meanSquaredError(.zeros([2, 3]), .zeros([2]))
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("meanSquaredError: prediction and target must have one shape (f32[2,3], f32[2])"))
    }

    private struct Net: Module {
        let hidden = Linear(2, 3), norm = LayerNorm(3), output = Linear(3, 1)
    }

    @Test func `penalties add up the parameters that a pattern names and that are trained`() throws {
        let net = Net()
        net.hidden.weight.variable.assign(Tensor([1, -2, 3, 0, 0, -1] as [Float], [3, 2]))
        net.output.weight.variable.assign(Tensor([2, 2, -2] as [Float], [1, 3]))
        net.norm.scale!.variable.assign(Tensor([9, 9, 9] as [Float]))
        #expect(try l1(0.5, of: net).scalar == 6.5)
        #expect(try l2(0.5, of: net).scalar == 13.5)
        #expect(try elastic(l1: 1, l2: 2, of: net, matching: "hidden.*").scalar == 37)
        #expect(try gradients(of: l2(0.5, of: net), for: [net.output.weight.value])[0].doubles() == [2, 2, -2])
        net.hidden.weight.isFrozen = true
        #expect(try l1(0.5, of: net).scalar == 3)
        let error = #expect(throws: LearningError.self) { try l1(1, of: net, matching: "conv*") }
        #expect(error.map { "\($0)" } == "penalty 'conv*': no trained parameter has a name like this")
    }
}
