import TestKit
import Testing

@testable import Engine

/// What a loss function does with the losses of rows.
private func reduced(_ losses: Tensor, _ labels: Tensor?, _ attributes: Attributes) -> Tensor {
    switch attributes.text("reduction") {
    case "none": losses
    case "sum": losses.sum()
    default: labels.map { losses.sum() / $0.isAtLeast($0.like(0)).cast(to: losses.dtype).sum() } ?? losses.mean()
    }
}

private let softmaxRows = [
    Row("softmax") { x, a in [x[0].softmax(along: a.int("axis", -1))] },
    Row("logSoftmax") { x, a in [x[0].logSoftmax(along: a.int("axis", -1))] },
    Row("crossEntropy") { x, a in [reduced(softmaxCrossEntropy(x[0], x[1]), x[1], a)] },
    Row("crossEntropy.smoothing") { x, a in
        let share = a.double("smoothing")
        let even = select(x[1].isAtLeast(x[1].like(0)), -x[0].logSoftmax().mean([-1]), x[0].like(0))
        return [reduced(softmaxCrossEntropy(x[0], x[1]) * (1 - share) + even * share, x[1], a)]
    },
    Row("crossEntropy.probabilities") { x, a in [reduced(-(x[0].logSoftmax() * x[1].softmax()).sum([-1]), nil, a)] },
    Row("binaryCrossEntropyWithLogits") { x, a in [reduced(x[0].softplus() - x[0] * x[1], nil, a)] },
]

@Test(arguments: softmaxRows) func `softmax and cross-entropy agree with reference numbers`(row: Row) throws {
    try check(row, in: "softmax", among: softmaxRows)
}
@Test func `every reference case of softmax has a row`() throws { try checkFamily("softmax", softmaxRows, cases: 27) }

@Test func `softmax and its logarithm have the gradients of finite differences along every axis`() throws {
    for axis in 0..<3 {
        let x = scattered([3, 2, 4], seed: axis)
        try expectGradients([x]) { $0[0].softmax(along: axis) }
        try expectGradients([x]) { $0[0].logSoftmax(along: axis) }
    }
}

@Test(arguments: [DType.f32, .bf16, .f16])
func `softmax in every width agrees with f64`(_ dtype: DType) throws {
    for shape in [[3, 1], [2, 131], [5, 3, 16]] as [Shape] {
        let x = scattered(shape, spread: 5)
        try expectPrecise([x], as: dtype) { $0[0].softmax() }
        try expectPrecise([x], as: dtype) { $0[0].logSoftmax() }
        try expectPrecise([x], as: dtype) { $0[0].softmax(along: 0) }
    }
}

@Test func `softmax of large, hidden and missing values`() {
    let x = Tensor([1000, 1001, 0, -.infinity] as [Float], [2, 2])
    let y = x.softmax().values(Float.self)
    #expect(abs(y[0] - 0.26894143) < 1e-6 && y[2] == 1 && y[3] == 0)
    #expect(x.logSoftmax().values(Float.self)[3] == -.infinity)
    for dtype in [DType.f32, .f64] {
        #expect(Tensor.zeros([0, 3], dtype).softmax().doubles().isEmpty)
        #expect(Tensor.zeros([3, 0], dtype).softmax().doubles().isEmpty)
    }
}

@Test func `cross-entropy of classes has the gradients of finite differences and leaves rows out`() throws {
    let labels = Tensor([1, 4, -1, 0, 9, 2] as [Int64])
    try expectGradients([scattered([6, 5])]) { softmaxCrossEntropy($0[0], labels) }
    for dtype in [DType.f32, .bf16, .f16] {
        try expectPrecise([scattered([6, 5], spread: 4)], as: dtype) { softmaxCrossEntropy($0[0], labels) }
        try expectPrecise([scattered([2, 3, 67], spread: 4)], as: dtype) { softmaxCrossEntropy($0[0], labels.reshaped(2, 3)) }
        try expectPrecise([scattered([6, 5], spread: 4)], as: dtype) { softmaxCrossEntropy($0[0], labels, ignoring: 4) }
    }
    let x = scattered([6, 5], .f32)
    let loss = softmaxCrossEntropy(x, labels.cast(to: .i32), ignoring: 0).values(Float.self)
    #expect(loss[2] == 0 && loss[3] == 0 && loss[4] == 0 && loss[0] > 0)
    #expect(abs(loss[5] + x.logSoftmax().values(Float.self)[27]) < 1e-6)
}

@Test func `softmax says what it refuses`() {
    #expect(refusal(Softmax(), TensorType([], .f32)) == "softmax: needs an axis (f32[])")
    #expect(refusal(Softmax(), TensorType([2], .i32)) == "softmax: needs floating-point operands, got i32 (i32[2])")
    #expect(
        refusal(SoftmaxCrossEntropy(), TensorType([2, 3], .f32), TensorType([3], .i64))
            == "softmaxCrossEntropy: labels must be [2] (f32[2,3], i64[3])")
    #expect(
        refusal(SoftmaxCrossEntropy(), TensorType([2, 3], .f32), TensorType([2], .f32))
            == "softmaxCrossEntropy: labels must be integers, got f32 (f32[2,3], f32[2])")
}
