import Engine

/// Graphs that together hold most operations, gradients among them; every one with inputs of one to four axes.
func graphsOfManyOperations() throws -> [(inputs: [Tensor], outputs: [Tensor])] {
    let x = Tensor.input("x", [2, 6], axes: ["batch": 0]), image = Tensor.input("image", [2, 6, 6, 4], axes: ["batch": 0])
    let sequence = Tensor.input("sequence", [2, 5, 8], axes: ["batch": 0])
    let places = Tensor.input("places", [2], .i32, axes: ["batch": 0]), key = Tensor.input("key", [2], .u32)
    func weight(_ shape: Shape) -> Tensor { Variable("w\(shape)", shape).value }
    func trained(_ outputs: [Tensor], _ targets: [Tensor]) throws -> [Tensor] {
        let losses = outputs.map { $0.square().mean() }
        return outputs + (try gradients(of: losses.dropFirst().reduce(losses[0], +), for: targets))
    }
    let kernel = weight([8, 4, 3, 3]), grouped = weight([4, 1, 3, 3]), upward = weight([4, 2, 2, 2])
    let convolution = try trained(
        [
            image.conv2d(kernel, stride: 2, padding: .same), image.conv2d(grouped, padding: .same, groups: 4),
            image.convTranspose2d(upward, stride: 2),
        ], [kernel, grouped, upward])
    let pooled = try trained(
        [
            image.maxPool(2), image.averagePool(3, stride: 1, padding: .same), image.adaptiveAveragePool(4), image.adaptiveMaxPool(2),
            image.resizedLinear(9), image.resizedNearest(3), image.localResponseNormalized(size: 3),
        ], [image])
    let scale = weight([4]), shift = weight([4])
    let normalized = try trained(
        [
            image.layerNorm(scale: scale, shift: shift), image.rmsNorm(scale: scale), image.batchNorm(scale: scale, shift: shift).0,
            image.batchNorm(scale: scale, shift: shift, mean: shift, variance: scale),
            image.groupNorm(groups: 2, scale: scale, shift: shift),
            image.instanceNorm(), image.l2Normalized(),
        ], [scale, shift, image])
    let dense = weight([3, 6]), bias = weight([3])
    let logits = linear(x, dense, bias)
    let labelled = try trained([softmaxCrossEntropy(logits, places), logits.softmax(), logits.logSoftmax(), logits.gelu()], [dense, bias])
    let heads = sequence.reshaped([2, 5, 2, 4])
    let attended = try trained([attention(heads, heads, heads, isCausal: true)], [sequence])
    let rows = weight([32, 8]), columns = weight([32, 8])
    let recurred = recurrent(.lstm, sequence, RecurrentWeights(input: rows, hidden: columns))
    let recurrence = try trained([recurred.y], [rows, columns, sequence])
    let steps = scan(carry: [sequence.sum([1])], over: [sequence.transposed([1, 0, 2])]) { carry, slices in
        ([(carry[0] * 0.5 + slices[0]).tanh()], [carry[0]])
    }
    let looped = try trained(steps.carry + steps.outputs, [sequence])
    let counted = whileLoop(carry: [x]) {
        $0[0].max().isLess(than: 10)
    } _: {
        [$0[0] + 1]
    }
    let table = weight([7, 3])
    let picked = try trained(
        [
            embedding(table, places), table.gathered(places), table.segmentSum(Tensor.iota(7, dtype: .i32), 8),
            table.scattered(embedding(table, places), at: places, combining: .add),
        ], [table])
    let sliced = try trained(
        [
            x.sliced(1..<5, 1), concatenate([x, x], 1), stack([x, x]), x.padded([(before: 0, after: 0), (before: 1, after: 2)]),
            x.transposed(), x.expanded(1).broadcast(to: [2, 3, 6]), x.flipped([1]), x.rolled([1], [1]), x.tiled([1, 2]),
            x.dynamicSlice(at: places, [1, 2], axes: [0, 1]), x.dynamicUpdate(x.sliced(0..<2, 1), at: places, axes: [0, 1]),
        ], [x])
    let ordered =
        try trained([x.sorted(1), x.cumulativeSum(1), x.cumulativeProduct(1), x.max([1]), x.product([1]), x.logSumExp([1])], [x])
        + [x.argmax(), x.topK(2).values, x.min([0]), x.variance([0])]
    let random = RandomKey(key)
    let drawn = [
        x.dropout(0.5, key: random), .normal([2, 3], key: random), .uniform([3], key: random.folded(in: 4)), .bits([3], key: random),
    ]
    let whole = x.cast(to: .i32)
    let plain = [
        x.exp(), x.erf(), x.clamped(-1, 1), select(x.isLess(than: 0), x, x * 2), x.cast(to: .bf16).cast(to: .f32), x.isNaN(),
        remainder(whole, whole), whole.bitwiseAnd(whole), whole.shiftedLeft(2), whole.populationCount(), einsum("bi,bj->ij", x, x),
        rfft(x).real, fft(x, x).imaginary, irfft(x, x, size: 10), matmulInteger(x.cast(to: .i8), x.cast(to: .i8).transposed()),
        x.fakeQuantized(scale: Tensor(Float(0.1))), x.quantized(scale: Tensor(Float(0.1))), .iota(4),
    ]
    return [
        ([image], convolution), ([image], pooled), ([image], normalized), ([x, places], labelled), ([sequence], attended),
        ([sequence], recurrence), ([sequence], looped), ([x], counted), ([places], picked), ([x, places], sliced), ([x], ordered),
        ([x, key], drawn), ([x], plain),
    ]
}
