import Engine
import Learning
import Testing

@Suite struct RandomLayerTests {
    @Test func `dropout keeps the promised part of the elements and their mean`() {
        let x = Tensor.ones([200, 100])
        var pass = Pass(isTraining: true, key: RandomKey(seed: 1))
        let y = Dropout(0.3)(x, &pass).doubles()
        let kept = Double(y.count { $0 != 0 }) / 20_000
        // Five standard errors of 20,000 draws.
        #expect(abs(kept - 0.7) < 0.0163)
        #expect(y.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
        let again = Dropout(0.3)(x, &pass).doubles()
        #expect(y != again, "each call draws numbers of its own")
    }

    @Test func `spatial dropout drops whole channels of a sample`() {
        var pass = Pass(isTraining: true, key: RandomKey(seed: 2))
        let y = SpatialDropout(0.5)(.ones([8, 3, 2, 10]), &pass)
        let sums = y.sum([1, 2]).doubles()
        #expect(sums.allSatisfy { $0 == 0 || $0 == 12 })
        #expect((20...60).contains(sums.count { $0 == 0 }))
    }

    @Test func `inference needs no key`() {
        var pass = Pass.inference
        let x = Tensor([1, 2] as [Float])
        #expect(Dropout(0.9)(x, &pass).doubles() == [1, 2])
    }

    @Test func `batch normalisation moves its statistics through the pass and uses them in inference`() throws {
        let norm = BatchNorm(1, momentum: 0.5, epsilon: 0)
        norm.initialized(seed: 1)
        var pass = Pass(isTraining: true)
        let x = Tensor([1, 3] as [Float], [2, 1])
        #expect(norm(x, &pass).doubles() == [-1, 1])
        #expect(norm.runningMean.value.doubles() == [0], "nothing is written before the step is over")
        #expect(pass.writes.count == 2)
        for (state, value) in pass.writes { state.variable.assign(value) }
        // (0 + 2) / 2, and (1 + 2) / 2 with the unbiased variance.
        #expect(norm.runningMean.value.doubles() == [1] && norm.runningVariance.value.doubles() == [1.5])
        var inference = Pass.inference
        let y = norm(Tensor([1] as [Float], [1, 1]), &inference).doubles()
        #expect(y == [0])
    }

    @Test(arguments: [Program.Options.Precision.f32, .bf16]) func `a deep net of many layers learns`(_ precision: Program.Options.Precision)
        throws
    {
        let net = Sequential {
            Conv2D(1, 8, kernel: 3, padding: .same)
            BatchNorm(8)
            Activation.relu
            MaxPool(2)
            Residual {
                Conv2D(8, 8, kernel: 3, padding: .same)
                GroupNorm(2, 8)
                Activation.silu
            }
            SpatialDropout(0.1)
            Function { $0.reshaped([Shape.same, 4, 16]) }
            TransformerEncoderBlock(16, heads: 2)
            GRU(16, 12, isBidirectional: true).summary
            Dropout(0.1)
            Linear(24, 2)
        }.initialized(seed: 3)
        // Whether the left half is brighter than the right one.
        let images = Tensor.normal([32, 4, 8, 1], key: RandomKey(seed: 4))
        let halves = images.reshaped(32, 4, 2, 4).sum([1, 3])
        let labels = halves.argmax()
        let batch = Batch(["images": images, "labels": labels])
        let step = try TrainStep(net, Adam(rate: 5e-3), precision: precision) { net, batch, pass in
            crossEntropy(net(batch.images, &pass), batch.labels)
        }
        let losses = try (0..<60).map { _ in try step(batch) }
        #expect(losses[0] > 0.5 && losses.suffix(5).allSatisfy { $0 < 0.2 }, "\(losses)")
    }
}
