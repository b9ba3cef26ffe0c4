import Testing

@testable import Engine

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
        if columns > 1 { try expectPrecise([x, scale, shift], as: dtype, tolerance: dtype == .f32 ? 1e-5 : 5e-2) { $0[0].layerNorm(scale: $0[1], shift: $0[2]) } }
        try expectPrecise([x, scale], as: dtype, tolerance: dtype == .f32 ? 1e-5 : 5e-2) { $0[0].rmsNorm(scale: $0[1]) }
    }
}

@Test func `a normalising program gives the same in shards, in either precision`() throws {
    let x = Tensor.input("x", [8, 3, 16]), scale = Variable("scale", scattered([16], .f32)), shift = Variable("shift", scattered([16], seed: 2, .f32))
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
    #expect(refusal(LayerNormalization(hasScale: true), TensorType([2, 3], .f32), TensorType([2], .f32)) == "layerNorm: scale and shift must be f32[3] (f32[2,3], f32[2])")
    #expect(refusal(LayerNormalization(), TensorType([], .f32)) == "layerNorm: needs an axis (f32[])")
    #expect(refusal(LayerNormalization(isCentred: false), TensorType([2], .i8)) == "rmsNorm: needs floating-point operands, got i8 (i8[2])")
}
