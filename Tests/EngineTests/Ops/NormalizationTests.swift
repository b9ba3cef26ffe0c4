import TestKit
import Testing

@testable import Engine

private let normalizationRows = [
    Row("batchNorm.train") { x, a in [x[0].batchNorm(scale: x[1], shift: x[2], epsilon: a.double("epsilon")).result] },
    Row("batchNorm.moments") { x in
        let (mean, variance) = x[0].channelMoments()
        return [mean, variance]
    },
    Row("batchNorm.eval") { x, a in [x[0].batchNorm(scale: x[1], shift: x[2], mean: x[3], variance: x[4], epsilon: a.double("epsilon"))] },
    Row("batchNorm.running.unbiased") { x, a in
        let next = x[0].batchNorm(runningMean: x[1], runningVariance: x[2], momentum: a.double("momentum"))
        return [next.runningMean, next.runningVariance]
    },
    Row("layerNorm") { x, a in
        [
            x[0].layerNorm(
                scale: x.count > 1 ? x[1] : nil, shift: x.count > 2 ? x[2] : nil, axes: a.ints("axes").count, epsilon: a.double("epsilon"))
        ]
    },
    Row("rmsNorm") { x, a in [x[0].rmsNorm(scale: x[1], epsilon: a.double("epsilon"))] },
    Row("groupNorm") { x, a in [x[0].groupNorm(groups: a.int("groups"), scale: x[1], shift: x[2], epsilon: a.double("epsilon"))] },
    Row("instanceNorm") { x, a in [x[0].instanceNorm(scale: x[1], shift: x[2], epsilon: a.double("epsilon"))] },
    Row("localResponseNorm") { x, a in
        [x[0].localResponseNormalized(size: a.int("size"), alpha: a.double("alpha"), beta: a.double("beta"), k: a.double("k"))]
    },
    Row("l2Normalize") { x, a in [x[0].l2Normalized(along: a.int("axis"), epsilon: a.double("epsilon"))] },
]

@Test(arguments: normalizationRows) func `normalisations agree with reference numbers`(row: Row) throws {
    try check(row, in: "normalization", among: normalizationRows)
}
@Test func `every reference case of normalisation has a row`() throws { try checkFamily("normalization", normalizationRows, cases: 46) }

@Test func `batch and group normalisation have the gradients of finite differences`() throws {
    let x = scattered([3, 2, 4], spread: 2), scale = scattered([4], seed: 2), shift = scattered([4], seed: 3)
    try expectGradients([x, scale, shift]) { $0[0].batchNorm(scale: $0[1], shift: $0[2]).result }
    try expectGradients([x]) { $0[0].channelMoments().variance }
    try expectGradients([x, scale, shift]) { $0[0].batchNorm(scale: $0[1], shift: $0[2], mean: $0[2], variance: $0[1].square()) }
    try expectGradients([x, scale, shift]) { $0[0].groupNorm(groups: 2, scale: $0[1], shift: $0[2]) }
    try expectGradients([x]) { $0[0].instanceNorm().square() }
    try expectGradients([x]) { $0[0].l2Normalized(along: 1) }
}

@Test(arguments: [DType.f32, .bf16, .f16])
func `batch normalisation in every width agrees with f64`(_ dtype: DType) throws {
    for (rows, channels) in [(2, 1), (37, 5), (300, 67), (600, 16)] {
        let x = scattered([rows, channels], spread: 3), scale = scattered([channels], seed: 2), shift = scattered([channels], seed: 3)
        try expectPrecise([x, scale, shift], as: dtype, tolerance: dtype == .f32 ? 2e-5 : 6e-2) {
            $0[0].batchNorm(scale: $0[1], shift: $0[2]).result
        }
        try expectPrecise([x, scale, shift], as: dtype, tolerance: dtype == .f32 ? 1e-5 : 6e-2) {
            $0[0].relu().scaledChannels($0[1].cast(to: $0[0].dtype.statistics), center: nil, shift: $0[2])
        }
    }
}

@Test func `a small variance is not lost in a large mean`() {
    let x = scattered([1000, 3], .f32) * 0.01 + 300
    let exact = x.cast(to: .f64).variance([0]).doubles()
    for (a, b) in zip(x.channelMoments().variance.doubles(), exact) { #expect(abs(a - b) < 1e-3 * b) }
}

@Test func `batch normalisation sees the whole batch in every number of shards`() throws {
    let x = Tensor.input("x", [8, 3, 3, 16]), scale = Variable("scale", scattered([16], .f32)),
        shift = Variable("shift", scattered([16], seed: 2, .f32))
    let (y, mean, _) = x.batchNorm(scale: scale.value, shift: shift.value)
    let g = try gradients(of: y.relu().square().sum(), for: [scale.value, shift.value, x])
    let values = scattered([8, 3, 3, 16], seed: 9, .f32)
    var results: [[Double]] = []
    for shards in [1, 2, 4] {
        let program = try Program(inputs: [x], outputs: [y, mean] + g, options: .init(shards: shards))
        results.append(try Session(program, threads: 2).run([values]).flatMap { $0.doubles() })
    }
    for other in results.dropFirst() { for (a, b) in zip(results[0], other) { #expect(abs(a - b) < 1e-4 * (1 + abs(a))) } }
}

@Test func `batch normalisation with known statistics disappears in a frozen convolution`() throws {
    let x = Tensor.input("x", [2, 6, 6, 4])
    let kernel = Variable("kernel", scattered([8, 4, 3, 3], .f32)), bias = Variable("bias", scattered([8], seed: 5, .f32))
    let scale = Variable("scale", scattered([8], seed: 2, .f32)), mean = Variable("mean", scattered([8], seed: 3, .f32))
    let variance = Variable("variance", (scattered([8], seed: 4, .f32) + 2))
    for withBias in [true, false] {
        let y = x.conv2d(kernel.value, bias: withBias ? bias.value : nil)
            .batchNorm(scale: scale.value, shift: bias.value, mean: mean.value, variance: variance.value).relu()
        let values = scattered([2, 6, 6, 4], seed: 9, .f32)
        let plain = try Session(Program(inputs: [x], outputs: [y])).run([values])[0].doubles()
        for precision in [Program.Options.Precision.f32, .bf16] {
            let program = try Program(inputs: [x], outputs: [y], options: .init(precision: precision, isFrozen: true))
            #expect(!program.plan.steps.contains { !$0.isConstant && $0.label.contains("scaleChannels") })
            let folded = try Session(program).run([values])[0].doubles()
            let tolerance = precision == .f32 ? 1e-5 : 3e-2
            for (a, b) in zip(plain, folded) { #expect(abs(a - b) < tolerance * (1 + abs(a))) }
        }
    }
}

@Test func `layer and root-mean-square normalisation have the gradients of finite differences`() throws {
    let x = scattered([3, 2, 4], spread: 2), scale = scattered([4], seed: 2), shift = scattered([4], seed: 3)
    try expectGradients([x, scale, shift]) { $0[0].layerNorm(scale: $0[1], shift: $0[2]) }
    try expectGradients([x]) { $0[0].layerNorm(axes: 2) }
    try expectGradients([x, shift]) { $0[0].layerNorm(shift: $0[1]) }
    try expectGradients([x, scale]) { $0[0].rmsNorm(scale: $0[1]) }
    try expectGradients([x]) { $0[0].rmsNorm(axes: 3, epsilon: 0.5) }
}

@Test(arguments: [DType.f32, .bf16, .f16])
func `row normalisation in every width agrees with f64`(_ dtype: DType) throws {
    for columns in [1, 7, 67, 256] {
        let x = scattered([5, 2, columns], spread: 3), scale = scattered([columns], seed: 2), shift = scattered([columns], seed: 3)
        // With one column, or close to it, nothing but rounding is left of the gradient.
        if columns > 1 {
            try expectPrecise([x, scale, shift], as: dtype, tolerance: dtype == .f32 ? 1e-5 : 5e-2) {
                $0[0].layerNorm(scale: $0[1], shift: $0[2])
            }
        }
        try expectPrecise([x, scale], as: dtype, tolerance: dtype == .f32 ? 1e-5 : 5e-2) { $0[0].rmsNorm(scale: $0[1]) }
    }
}

@Test func `a normalising program gives the same in shards, in either precision`() throws {
    let x = Tensor.input("x", [8, 3, 16]), scale = Variable("scale", scattered([16], .f32)),
        shift = Variable("shift", scattered([16], seed: 2, .f32))
    let w = Variable("w", scattered([16, 16], seed: 4, .f32))
    let y = linear(x, w.value).layerNorm(scale: scale.value, shift: shift.value)
    let g = try gradients(of: y.rmsNorm(scale: scale.value).tanh().sum(), for: [scale.value, shift.value, w.value])
    let values = scattered([8, 3, 16], seed: 9, .f32)
    for precision in [Program.Options.Precision.f32, .bf16] {
        var results: [[Double]] = []
        for shards in [1, 2, 4] {
            let program = try Program(inputs: [x], outputs: [y] + g, options: .init(precision: precision, shards: shards))
            results.append(try Session(program, threads: 2).run([values]).flatMap { $0.doubles() })
        }
        for other in results.dropFirst() { for (a, b) in zip(results[0], other) { #expect(abs(a - b) < 1e-4 * (1 + abs(a))) } }
    }
}

@Test func `layer normalisation says what it refuses`() {
    #expect(
        refusal(LayerNormalization(hasScale: true), TensorType([2, 3], .f32), TensorType([2], .f32))
            == "layerNorm: scale and shift must be f32[3] (f32[2,3], f32[2])")
    #expect(refusal(LayerNormalization(), TensorType([], .f32)) == "layerNorm: needs an axis (f32[])")
    #expect(refusal(LayerNormalization(isCentred: false), TensorType([2], .i8)) == "rmsNorm: needs floating-point operands, got i8 (i8[2])")
}
