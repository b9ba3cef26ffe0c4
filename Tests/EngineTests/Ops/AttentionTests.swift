import TestKit
import Testing

@testable import Engine

/// The reference has the heads before the time.
private func heads(_ x: Tensor) -> Tensor { x.transposed([0, 2, 1, 3]) }

private let attentionRows = [
    Row("attention") { x, a in
        let result = attention(
            heads(x[0]), heads(x[1]), heads(x[2]), mask: x.count > 3 ? x[3] : nil, scale: a.has("scale") ? a.double("scale") : nil,
            isCausal: a.truth("causal", false))
        return [heads(result)]
    }
]

@Test(arguments: attentionRows) func `attention agrees with reference numbers`(row: Row) throws {
    try check(row, in: "attention", among: attentionRows)
}
@Test func `every reference case of attention has a row`() throws { try checkFamily("attention", attentionRows, cases: 15) }

private let mask = Tensor([true, false, true, true, false, true, true, true, true, true, false, false, false, true, false], [3, 5])

@Test func `attention has the gradients of finite differences`() throws {
    let q = scattered([2, 3, 2, 4]), k = scattered([2, 5, 2, 4], seed: 2), v = scattered([2, 5, 2, 3], seed: 3)
    try expectGradients([q, k, v], order: 1) { attention($0[0], $0[1], $0[2]) }
    try expectGradients([q, k, v], order: 1) { attention($0[0], $0[1], $0[2], mask: mask, scale: 0.7) }
    try expectGradients([q, k, v, scattered([2, 1, 3, 5], seed: 4)], order: 1) {
        attention($0[0], $0[1], $0[2], mask: $0[3], isCausal: true, past: 2)
    }
    // Two heads share a key head.
    let k1 = scattered([2, 5, 1, 4], seed: 5), v1 = scattered([2, 5, 1, 3], seed: 6)
    try expectGradients([q, k1, v1], order: 1) { attention($0[0], $0[1], $0[2]) }
    try expectGradients([scattered([1, 3, 3, 2, 2])], order: 2) { attention(qkv: $0[0], isCausal: true) }
    try expectGradients([scattered([1, 2, 1, 2]), scattered([1, 3, 1, 2], seed: 2), scattered([1, 3, 1, 2], seed: 3)]) {
        attention($0[0], $0[1], $0[2])
    }
}

@Test(arguments: [DType.f32, .bf16, .f16])
func `attention in every width agrees with f64`(_ dtype: DType) throws {
    for (queries, keys, width) in [(1, 9, 8), (3, 67, 16), (33, 33, 64), (5, 1, 3)] {
        let q = scattered([2, queries, 4, width]), k = scattered([2, keys, 4, width], seed: 2), v = scattered([2, keys, 4, width], seed: 3)
        let shared = [scattered([2, keys, 2, width], seed: 2), scattered([2, keys, 2, width], seed: 3)]
        let added = scattered([2, 4, queries, keys], seed: 4)
        let tolerance = dtype == .f32 ? 1e-5 : 4e-2
        try expectPrecise([q, k, v], as: dtype, tolerance: tolerance) { attention($0[0], $0[1], $0[2]) }
        try expectPrecise([q, k, v], as: dtype, tolerance: tolerance) { attention($0[0], $0[1], $0[2], scale: 0.3, isCausal: true) }
        try expectPrecise([q, k, v, added], as: dtype, tolerance: tolerance) { attention($0[0], $0[1], $0[2], mask: $0[3]) }
        try expectPrecise([q] + shared, as: dtype, tolerance: tolerance) { attention($0[0], $0[1], $0[2], isCausal: true, past: 2) }
        try expectPrecise([q] + shared + [added], as: dtype, tolerance: tolerance) { attention($0[0], $0[1], $0[2], mask: $0[3]) }
        try expectPrecise([scattered([2, queries, 3, 4, width])], as: dtype, tolerance: tolerance) { attention(qkv: $0[0]) }
    }
}

@Test func `a query that may look nowhere gets 0`() {
    let hidden = Tensor([true, true, false, false], [2, 2])
    for dtype in [DType.f32, .f64] {
        let x = scattered([1, 2, 1, 4], dtype)
        let y = attention(x, x, x, mask: hidden).doubles()
        #expect(y[4...].allSatisfy { $0 == 0 } && y[0] != 0)
        let nothing = Tensor.zeros([1, 0, 1, 4], dtype)
        #expect(attention(x, nothing, nothing).doubles().allSatisfy { $0 == 0 })
        #expect(attention(nothing, x, x).doubles().isEmpty)
        let dx = try! gradients(of: attention(x, x, x, mask: hidden).sum(), for: [x])[0].doubles()
        #expect(!dx.contains { $0.isNaN })
    }
}

@Test func `the weights of attention give its result`() {
    let q = scattered([2, 3, 2, 4], .f32), k = scattered([2, 5, 2, 4], seed: 2, .f32), v = scattered([2, 5, 2, 4], seed: 3, .f32)
    let weights = attentionWeights(q, k, mask: mask, isCausal: true, past: 1)
    let y = matmul(weights, v.transposed([0, 2, 1, 3])).transposed([0, 2, 1, 3]).doubles()
    for (a, b) in zip(y, attention(q, k, v, mask: mask, isCausal: true, past: 1).doubles()) { #expect(abs(a - b) < 1e-5) }
}

@Test func `attention in a program of shards gives the same bits for one thread and two`() throws {
    let x = Tensor.input("x", [4, 40, 3, 2, 16])
    let g = try gradients(of: attention(qkv: x, isCausal: true).square().sum(), for: [x])[0]
    let values = scattered([4, 40, 3, 2, 16], .f32)
    let program = try Program(inputs: [x], outputs: [g], options: .init(shards: 2))
    let one = try Session(program, threads: 1).run([values])[0].values(Float.self)
    let two = try Session(program, threads: 2).run([values])[0].values(Float.self)
    #expect(one == two)
    let whole = try Session(Program(inputs: [x], outputs: [g], options: .init(shards: 1))).run([values])[0].values(Float.self)
    for (a, b) in zip(one, whole) { #expect(abs(a - b) < 1e-5) }
}

@Test func `attention says what it refuses`() {
    let op = Attention(scale: 1)
    func type(_ shape: Shape) -> TensorType { TensorType(shape, .f32) }
    #expect(
        refusal(op, type([1, 2, 3, 4]), type([1, 2, 3, 5]), type([1, 2, 3, 5]))
            == "attention: queries are 4 wide, keys 5 (f32[1,2,3,4], f32[1,2,3,5], f32[1,2,3,5])")
    #expect(
        refusal(op, type([1, 2, 3, 4]), type([1, 2, 2, 4]), type([1, 2, 2, 4]))
            == "attention: 3 heads cannot share 2 key heads (f32[1,2,3,4], f32[1,2,2,4], f32[1,2,2,4])")
    #expect(
        refusal(Attention(scale: 1, isFused: true), type([1, 2, 4, 3, 4]))
            == "selfAttention: needs [batch, time, 3, heads, width] (f32[1,2,4,3,4])")
    #expect(
        refusal(Attention(scale: 1, hasMask: true), type([1, 2, 3, 4]), type([1, 2, 3, 4]), type([1, 2, 3, 4]), type([3, 2]))
            == "attention: the mask does not broadcast to [1,3,2,2] (f32[1,2,3,4], f32[1,2,3,4], f32[1,2,3,4], f32[3,2])")
}
