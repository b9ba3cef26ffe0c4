import Testing

@testable import Engine

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
    #expect(refusal(SoftmaxCrossEntropy(), TensorType([2, 3], .f32), TensorType([3], .i64)) == "softmaxCrossEntropy: labels must be [2] (f32[2,3], i64[3])")
    #expect(refusal(SoftmaxCrossEntropy(), TensorType([2, 3], .f32), TensorType([2], .f32)) == "softmaxCrossEntropy: labels must be integers, got f32 (f32[2,3], f32[2])")
}
