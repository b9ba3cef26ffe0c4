import TestKit
import Testing

@testable import Engine

/// Holds a specialised graph to the one that is built with the other extents from the start.
private func expectSame(
    _ shape: Shape, axes: [String: Int], to extents: [String: Int], sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (Tensor) -> Tensor
) throws {
    let x = Tensor.input("x", shape, axes: axes)
    let (inputs, outputs) = try specialise(inputs: [x], outputs: [build(x)], to: extents)
    let values = samples(inputs[0].shape, as: .f32)
    let found = try Session(Program(inputs: inputs, outputs: outputs)).run([values])[0]
    let text = difference(found, build(values))
    #expect(text == nil, sourceLocation: sourceLocation)
}

private func weights(_ shape: Shape) -> Tensor { samples(shape, seed: 9, as: .f32) }

@Test(arguments: [1, 2, 3], [1, 8]) func `graphs follow a batch of another size`(before: Int, after: Int) throws {
    let w1 = weights([6, 5]), w2 = weights([3, 6]), bias = weights([6])
    try expectSame([before, 5], axes: ["batch": 0], to: ["batch": after]) { linear(linear($0, w1, bias).relu(), w2).softmaxed() }
    let kernel = weights([4, 2, 3, 3]), out = weights([3, 36])
    try expectSame([before, 5, 5, 2], axes: ["batch": 0], to: ["batch": after]) { linear($0.conv2d(kernel).relu().flattened(), out) }
    try expectSame([before, 4], axes: ["batch": 0], to: ["batch": after]) { ($0 - $0.mean()).square().mean([0]) + $0.variance([0]) }
}

@Test func `an attention block follows another batch and another length`() throws {
    let q = weights([8, 8]), k = weights([8, 8]), v = weights([8, 8])
    func block(_ x: Tensor) -> Tensor {
        // [batch, time, 8] → [batch, heads, time, 4]
        func heads(_ w: Tensor) -> Tensor { linear(x, w).reshaped([x.shape[0], x.shape[1], 2, 4]).transposed([0, 2, 1, 3]) }
        let scores = (matmul(heads(q), heads(k), transposeRight: true) * 0.5).softmaxed()
        return matmul(scores, heads(v)).transposed([0, 2, 1, 3]).reshaped([x.shape[0], x.shape[1], 8]) + x
    }
    try expectSame([2, 6, 8], axes: ["batch": 0, "time": 1], to: ["batch": 5], block)
    try expectSame([2, 6, 8], axes: ["batch": 0, "time": 1], to: ["time": 11], block)
    try expectSame([2, 6, 8], axes: ["batch": 0, "time": 1], to: ["batch": 3, "time": 7], block)
}

@Test func `loops follow another batch`() throws {
    let u = weights([4, 4])
    try expectSame([3, 2, 4], axes: ["time": 0, "batch": 1], to: ["batch": 5, "time": 6]) { x in
        scan(carry: [x.sum([0])], over: [x]) { carry, slices in ([(linear(carry[0], u) + slices[0]).tanh()], []) }.carry[0]
    }
}

@Test func `what cannot follow is named`() throws {
    let x = Tensor.input("x", [2, 5], axes: ["batch": 0])
    let held = Scope.named("head") { x + Tensor.zeros([1, 5]).exp().broadcast(to: [2, 5]) }
    #expect(
        message { _ = try specialise(inputs: [x], outputs: [held], to: ["batch": 8]) }
            == "add 'head': does not follow batch = 8: shapes [8,5] and [2,5] do not broadcast; 'broadcast' holds the shape [2,5] (f32[8,5], f32[2,5])"
    )
    #expect(
        message { _ = try specialise(inputs: [x], outputs: [x], to: ["time": 8]) } == "specialise: no input has an axis 'time' (f32[2,5])")
    let unclear = Tensor.input("y", [4, 3], axes: ["batch": 0]).reshaped([2, 6])
    #expect(
        message { _ = try specialise(inputs: [Tensor(unclear.node.operands[0].node)], outputs: [unclear], to: ["batch": 8]) }
            == "reshape: does not follow batch = 8: it is not clear which axis of [2,6] changes (f32[8,3])")
}

extension Tensor {
    fileprivate func softmaxed() -> Tensor {
        let e = (self - max([-1], keep: true)).exp()
        return e / e.sum([-1], keep: true)
    }
}
