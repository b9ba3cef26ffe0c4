import Engine
import Testing

@Test func `a tensor is computed when it is read`() {
    let x = Tensor([1, 2, 3] as [Float])
    #expect((x + x).values(Float.self) == [2, 4, 6])
    let m = Tensor((0..<6).map(Float.init), [2, 3])
    #expect(matmul(m, m, transposeRight: true).values(Float.self) == [5, 14, 14, 50])
    #expect(m.sum([0]).values(Float.self) == [3, 5, 7])
    #expect(m.transposed().values(Float.self) == [0, 3, 1, 4, 2, 5])
    print((m * 2 + 1).exp().log())
}

@Test func `gradients of a small network agree with finite differences`() throws {
    let w = Tensor((0..<12).map { Double($0) / 7 - 0.7 }, [4, 3])
    let x = Tensor((0..<6).map { Double($0) / 3 - 1 }, [2, 3])
    func loss(_ w: Tensor) -> Tensor { linear(x, w).tanh().square().mean() }
    let g = try gradients(of: loss(w), for: [w])[0].doubles()
    var values = w.doubles()
    for i in values.indices {
        let keep = values[i]
        values[i] = keep + 1e-5
        let up = loss(Tensor(values, [4, 3])).scalar
        values[i] = keep - 1e-5
        let down = loss(Tensor(values, [4, 3])).scalar
        values[i] = keep
        #expect(abs((up - down) / 2e-5 - g[i]) < 1e-8)
    }
}

@Test func `a program in shards gives the sum over the batch and updates its variables`() throws {
    let x = Tensor.input("x", [8, 5])
    let w = Variable("w", Tensor((0..<15).map { Float($0) / 10 }, [3, 5]))
    let loss = linear(x, w.value).relu().square().mean()
    let g = try gradients(of: loss, for: [w.value])[0]
    let values = Tensor((0..<40).map { Float($0 % 7) - 3 }, [8, 5])
    var results: [[Float]] = []
    for shards in [1, 2, 4] {
        let program = try Program(inputs: [x], outputs: [loss, g], updates: [(w, w.value - g * 0.1)], options: .init(shards: shards))
        let before = w.value.values(Float.self)
        let session = try Session(program, threads: 2)
        let out = session.run([values])
        results.append(out[1].values(Float.self) + out[0].values(Float.self))
        #expect(w.value.values(Float.self) == zip(before, out[1].values(Float.self)).map { $0 - $1 * 0.1 })
        w.assign(Tensor(before, [3, 5]))
    }
    for other in results.dropFirst() { for (a, b) in zip(results[0], other) { #expect(abs(a - b) < 1e-5) } }
}
