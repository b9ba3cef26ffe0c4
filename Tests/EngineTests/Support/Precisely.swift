import Testing

@testable import Engine

/// Numbers between -`spread` and `spread` that are the same in every run.
func scattered(_ shape: Shape, seed: Int = 1, spread: Double = 1, _ dtype: DType = .f64) -> Tensor {
    var state = UInt64(truncatingIfNeeded: seed &* 7919 &+ 12345)
    let values = (0..<shape.count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (Double(state >> 40) / Double(1 << 24) * 2 - 1) * spread
    }
    return Tensor(values, shape, as: dtype)
}

/// Weights that make one number of a result, so that every element counts differently.
private func weighted(_ result: Tensor) -> Tensor { (result * scattered(result.shape, seed: 77, result.dtype)).sum() }

/// Compares the gradients of `body` in f64 with finite differences; with `order` 2 also the gradients of the gradients.
func expectGradients(
    _ operands: [Tensor], order: Int = 2, tolerance: Double = 1e-6, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: ([Tensor]) -> Tensor
) throws {
    let found = try gradients(of: weighted(body(operands)), for: operands)
    for (place, operand) in operands.enumerated() {
        var values = operand.doubles()
        let gradient = found[place].doubles()
        for index in values.indices {
            let kept = values[index], step = 1e-5
            func loss(_ value: Double) -> Double {
                values[index] = value
                var moved = operands
                moved[place] = Tensor(values, operand.shape)
                return weighted(body(moved)).scalar
            }
            let difference = (loss(kept + step) - loss(kept - step)) / (2 * step)
            values[index] = kept
            #expect(
                abs(difference - gradient[index]) <= tolerance * (1 + abs(difference)), "operand \(place), element \(index)",
                sourceLocation: sourceLocation)
        }
    }
    if order > 1 {
        try expectGradients(operands, order: order - 1, tolerance: tolerance * 10, sourceLocation: sourceLocation) { moved in
            let first = try! gradients(of: weighted(body(moved).square()), for: moved)
            return first.dropFirst().reduce(weighted(first[0])) { $0 + weighted($1) }
        }
    }
}

/// Compares result and gradients of `body` in a narrower type with those in f64.
func expectPrecise(
    _ operands: [Tensor], as dtype: DType = .f32, tolerance: Double? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: ([Tensor]) -> Tensor
) throws {
    let tolerance = tolerance ?? (dtype == .f32 ? 2e-6 : dtype == .f16 ? 4e-3 : 3e-2)
    // What the narrow type can hold is what both sides compute with.
    let narrow = operands.map { Tensor($0.doubles(), $0.shape, as: $0.dtype.isFloat ? dtype : $0.dtype) }
    func run(_ operands: [Tensor]) throws -> [[Double]] {
        let result = body(operands).cast(to: .f64)
        let targets = operands.filter { $0.dtype.isFloat }
        // Gradients first: a tensor that was read forgets what it was computed from.
        let found = try gradients(of: weighted(result), for: targets)
        return [result.doubles()] + found.map { $0.doubles() }
    }
    let exact = try run(narrow.map { $0.dtype.isFloat ? Tensor($0.doubles(), $0.shape) : $0 })
    for (place, (a, b)) in zip(try run(narrow), exact).enumerated() {
        let size = b.reduce(0) { max($0, abs($1)) } + 1e-3
        let worst = zip(a, b).map { abs($0 - $1) }.max() ?? 0
        #expect(
            worst <= tolerance * size && !a.contains { $0.isNaN }, "result \(place): off by \(worst) of \(size)",
            sourceLocation: sourceLocation)
    }
}

/// The text of the error with which an operation refuses operands of these types.
func refusal(_ op: any Op, _ operands: TensorType...) -> String {
    do {
        let made = try op.infer(operands)
        return "accepted: \(made)"
    } catch { return "\(error)" }
}
