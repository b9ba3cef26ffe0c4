import Testing

@testable import Engine

private func numbers(_ shape: Shape, _ seed: UInt64) -> Tensor { .normal(shape, key: RandomKey(seed: seed), deviation: 0.5, dtype: .f64) }

/// The loop written out, as the oracle.
private func unrolled(_ h0: Tensor, _ x: [Tensor], _ w: Tensor, _ u: Tensor) -> [Tensor] {
    var h = h0
    return x.map { step in
        h = (linear(step, w) + linear(h, u)).tanh()
        return h
    }
}

@Test func `a scan gives what the loop written out gives`() {
    let h0 = numbers([2, 3], 1), x = numbers([4, 2, 5], 2), w = numbers([3, 5], 3), u = numbers([3, 3], 4)
    let (last, all) = scan(carry: [h0], over: [x]) { carry, slices in
        let h = (linear(slices[0], w) + linear(carry[0], u)).tanh()
        return ([h], [h])
    }
    let rows = x.doubles()
    let steps = (0..<4).map { Tensor(Array(rows[$0 * 10..<$0 * 10 + 10]), [2, 5]) }
    let expected = unrolled(h0, steps, w, u).map { $0.doubles() }
    #expect(zip(all[0].doubles(), expected.flatMap { $0 }).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(last[0].doubles() == Array(all[0].doubles().suffix(6)))
}

@Test func `gradients of a scan flow to the state, the sequence and what was taken from outside`() throws {
    let parts = [numbers([2, 3], 1), numbers([4, 2, 5], 2), numbers([3, 5], 3), numbers([3, 3], 4)]
    for reverse in [false, true] {
        func loss(_ p: [Tensor]) -> Tensor {
            // The recurrent weights come into the body by way of the input weights, so a gradient must not be counted twice.
            let recurrent = p[3] + p[2].sum()
            let (last, all) = scan(carry: [p[0], Tensor(Int64(0))], over: [p[1]], reverse: reverse) { carry, slices in
                let h = (linear(slices[0], p[2]) + linear(carry[0], recurrent)).tanh()
                return ([h, carry[1] + 1], [h * slices[0].sum()])
            }
            return last[0].square().sum() + (all[0] * all[0]).mean() + last[1].cast(to: .f64).sum()
        }
        let found = try gradients(of: loss(parts), for: parts)
        for (place, part) in parts.enumerated() {
            let values = part.doubles(), gradient = found[place].doubles()
            for index in values.indices {
                func moved(_ step: Double) -> Double {
                    var changed = parts, list = values
                    list[index] += step
                    changed[place] = Tensor(list, part.shape)
                    return loss(changed).scalar
                }
                #expect(abs((moved(1e-5) - moved(-1e-5)) / 2e-5 - gradient[index]) < 1e-7, "part \(place) element \(index)")
            }
        }
    }
}

@Test func `a scan can be differentiated twice`() throws {
    // c ← c · x over n steps: c₀ xⁿ.
    let x = Tensor([1.5] as [Double], [])
    let (last, _) = scan(carry: [Tensor([2.0] as [Double], [])], over: [], steps: 4) { carry, _ in ([carry[0] * x], []) }
    let first = try gradients(of: last[0], for: [x])[0]
    let second = try gradients(of: first, for: [x])[0]
    #expect(abs(last[0].scalar - 2 * 1.5 * 1.5 * 1.5 * 1.5) < 1e-12)
    #expect(abs(first.scalar - 8 * 1.5 * 1.5 * 1.5) < 1e-12)
    #expect(abs(second.scalar - 24 * 1.5 * 1.5) < 1e-12)
}

@Test func `the forward recurrence of a conditional random field sums over all paths`() {
    let emissions = numbers([5, 3], 7), transitions = numbers([3, 3], 8)
    let rest = Tensor(Array(emissions.doubles().dropFirst(3)), [4, 3])
    let (last, _) = scan(carry: [Tensor(Array(emissions.doubles().prefix(3)), [3])], over: [rest]) { carry, slices in
        ([(carry[0].expanded(1) + transitions).logSumExp([0]) + slices[0]], [])
    }
    let e = emissions.doubles(), t = transitions.doubles()
    var total = 0.0
    for path in 0..<243 {
        let states = [1, 3, 9, 27, 81].map { path / $0 % 3 }
        var score = e[states[0]]
        for step in 1..<5 { score += t[states[step - 1] * 3 + states[step]] + e[step * 3 + states[step]] }
        total += exponential(score)
    }
    #expect(abs(last[0].logSumExp().scalar - naturalLogarithm(total)) < 1e-12)
}

@Test func `state may be exchanged, kept or constant, and steps may be none`() {
    let a = Tensor([1, 2] as [Float]), b = Tensor([3, 4] as [Float])
    let (last, all) = scan(carry: [a, b], over: [], steps: 3) { carry, _ in ([carry[1], carry[0]], [carry[0], Tensor.zeros([1])]) }
    #expect(last.map { $0.values(Float.self) } == [[3, 4], [1, 2]])
    #expect(all[0].values(Float.self) == [1, 2, 3, 4, 1, 2] && all[1].values(Float.self) == [0, 0, 0])
    let (none, outputs) = scan(carry: [a], over: [.zeros([0, 2])]) { carry, slices in ([carry[0] + slices[0]], [slices[0]]) }
    #expect(none[0].values(Float.self) == [1, 2] && outputs[0].shape == [0, 2])
}

@Test func `a while loop runs as long as its condition holds`() {
    let limit = Tensor(Int64(1_000)), factor = Tensor(Int64(3))
    let result = whileLoop(carry: [Tensor(Int64(1)), Tensor(Int64(0))], condition: { $0[0].isLess(than: limit) }) {
        [$0[0] * factor, $0[1] + 1]
    }
    #expect(result.map { $0.values(Int64.self) } == [[2_187], [7]])
}

@Test func `loops refuse a body that changes the type of the state`() {
    let x = Tensor.input("x", [3])
    #expect(throws: EngineError("scan", "the body gives the state [f32[]] where it takes [f32[3]]", operands: [TensorType([3], .f32)])) {
        try Tensor.apply(Scan(body: Subgraph(inputs: [x], outputs: [x.sum()]), carries: 1, sequences: 0, steps: 2), [.zeros([3])])
    }
    #expect(throws: EngineError("whileLoop", "the condition must give bool[], it gives [f32[3]]", operands: [TensorType([3], .f32)])) {
        let same = try Subgraph(inputs: [x], outputs: [x])
        _ = try Tensor.apply(WhileLoop(condition: same, body: same, carries: 1), [.zeros([3])])
    }
}

@Test func `the gradient of a while loop is refused in words`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let x = Tensor([1] as [Float])
        let y = whileLoop(carry: [x], condition: { $0[0].sum().isLess(than: 10) }) { [$0[0] * 2] }
        _ = try gradients(of: y[0].sum(), for: [x])
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("whileLoop: has no gradient, because the number of steps is unknown: use scan (f32[1])"))
}

@Test func `a recurrent layer written as a scan has the layer's gradients`() throws {
    let x = numbers([2, 5, 3], 1), w = numbers([4, 3], 2), u = numbers([4, 4], 3)
    let layer = recurrent(.tanh, x, RecurrentWeights(input: w, hidden: u)).y
    let (_, outputs) = scan(carry: [.zeros([2, 4], .f64)], over: [x.transposed([1, 0, 2])]) { carry, slices in
        let h = (linear(slices[0], w) + linear(carry[0], u)).tanh()
        return ([h], [h])
    }
    let written = outputs[0].transposed([1, 0, 2])
    let expected = try gradients(of: layer.square().sum(), for: [x, w, u]),
        found = try gradients(of: written.square().sum(), for: [x, w, u])
    for (a, b) in zip([layer] + expected, [written] + found) {
        #expect(zip(a.doubles(), b.doubles()).allSatisfy { abs($0 - $1) < 1e-10 })
    }
}
