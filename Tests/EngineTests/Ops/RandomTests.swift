import Testing

@testable import Engine

@Test func `Philox gives the published test vectors`() {
    #expect(Philox.block(counter: (0, 0, 0, 0), key: (0, 0)) == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(Philox.block(counter: (ones, ones, ones, ones), key: (ones, ones)) == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
        Philox.block(counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: (0xa409_3822, 0x299f_31d0))
            == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    #expect(Tensor.bits([4], key: RandomKey(seed: 0)).values(UInt32.self) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
}

@Test func `bits are the words of Philox blocks in order, uniform numbers their upper 24 bits`() {
    let key = RandomKey(seed: 0x0123_4567_89ab_cdef)
    var expected: [UInt32] = []
    for block in 0..<300 {
        let words = Philox.block(counter: (UInt32(block), 0, 0, 0), key: (0x89ab_cdef, 0x0123_4567))
        expected += [words.0, words.1, words.2, words.3]
    }
    #expect(Tensor.bits([3, 4, 100], key: key).values(UInt32.self) == expected)
    #expect(Tensor.uniform([1_199], key: key).values(Float.self) == expected.dropLast().map { Float($0 >> 8) * 0x1p-24 })
    #expect(Tensor.uniform([0], key: key).values(Float.self) == [])
    #expect(Tensor.uniform([], key: key).values(Float.self) == [Float(expected[0] >> 8) * 0x1p-24])
}

@Test func `a key in a tensor derives the same keys as one known now`() {
    let now = RandomKey(seed: 77), later = RandomKey(Tensor([77, 0] as [UInt32]))
    #expect(later.seed == nil && now.seed == 77)
    #expect(now.folded(in: -5).tensor.values(UInt32.self) == later.folded(in: -5).tensor.values(UInt32.self))
    #expect(now.folded(in: 9).tensor.values(UInt32.self) == later.folded(in: Tensor(Int64(9))).tensor.values(UInt32.self))
    #expect(now.folded(in: "a.b").tensor.values(UInt32.self) == later.folded(in: "a.b").tensor.values(UInt32.self))
    let parts = now.split(3).map(\.seed!)
    #expect(Set(parts + [now.folded(in: 0).seed!, now.folded(in: 1).seed!, now.folded(in: "a").seed!, 77]).count == 7)
    #expect(later.split(3).map { $0.tensor.values(UInt32.self) } == now.split(3).map { $0.tensor.values(UInt32.self) })
}

@Test func `distributions have their moments`() {
    let count = 40_000
    func moments(_ x: Tensor) -> (mean: Double, deviation: Double) { (x.mean().scalar, x.variance().sqrt().scalar) }
    let uniform = moments(.uniform([count], key: RandomKey(seed: 1), low: -1, high: 3))
    #expect(abs(uniform.mean - 1) < 0.02 && abs(uniform.deviation - 4 / 12.0.squareRoot()) < 0.02)
    let normal = moments(.normal([count], key: RandomKey(seed: 2), mean: 5, deviation: 2))
    #expect(abs(normal.mean - 5) < 0.04 && abs(normal.deviation - 2) < 0.04)
    let truncated = Tensor.truncatedNormal([count], key: RandomKey(seed: 3))
    #expect(abs(moments(truncated).mean) < 0.02 && abs(moments(truncated).deviation - 0.8796) < 0.02)
    #expect(truncated.max().scalar <= 2 && truncated.min().scalar >= -2)
    #expect(abs(Tensor.bernoulli(0.3, [count], key: RandomKey(seed: 4)).cast(to: .f32).mean().scalar - 0.3) < 0.01)
    let classes = Tensor.categorical(Tensor([1, 2, 4] as [Float]).log().broadcast(to: [count, 3]), key: RandomKey(seed: 5))
    for (index, share) in [1 / 7.0, 2 / 7.0, 4 / 7.0].enumerated() {
        #expect(abs(classes.isEqual(to: Double(index)).cast(to: .f32).mean().scalar - share) < 0.01)
    }
    #expect(Tensor.uniform([3], key: RandomKey(seed: 6), dtype: .f64).doubles() == Tensor.uniform([3], key: RandomKey(seed: 6)).doubles())
}

@Test func `the inverse error function inverts the error function`() {
    let x = Tensor((0..<81).map { Double($0 - 40) / 16 }, [81])
    for (a, b) in zip(x.erf().inverseErrorFunction().doubles(), x.doubles()) { #expect(abs(a - b) < 2e-5) }
}

@Test func `dropout keeps, scales and drops alike forward and backward, whatever the shards`() throws {
    let x = Tensor.input("x", [8, 700])
    let key = Tensor.input("key", [2], .u32)
    let weight = Variable("w", Tensor((0..<700).map { Float($0 % 13) / 13 + 0.5 }, [700]))
    let y = (x * weight.value).dropout(0.25, key: RandomKey(key)).relu()
    let gradient = try gradients(of: y.sum(), for: [weight.value])[0]
    let values = Tensor((0..<5_600).map { Float($0 % 31) + 1 }, [8, 700])
    let words = Tensor([3, 4] as [UInt32])
    let mask = Tensor.uniform([8, 700], key: RandomKey(words)).isAtLeast(Tensor(Float(0.25)))
    let expected = select(mask, values * weight.value / 0.75, Tensor(Float(0)))
    let slope = select(mask, values / 0.75, Tensor(Float(0))).sum([0])
    for shards in [1, 2, 4] {
        for isOptimized in [true, false] {
            let program = try Program(inputs: [x, key], outputs: [y, gradient], options: .init(shards: shards, isOptimized: isOptimized))
            let session = try Session(program, threads: 2)
            let out = session.run([values, words])
            for (a, b) in zip(out[0].doubles() + out[1].doubles(), expected.doubles() + slope.doubles()) {
                #expect(abs(a - b) <= 1e-5 * abs(b))
            }
            let other = session.run([values, Tensor([3, 5] as [UInt32])])
            #expect(other[0].doubles() != out[0].doubles())
        }
    }
}

@Test func `dropout is one step with its elementwise neighbours and follows the shards`() throws {
    let x = Tensor.input("x", [8, 64])
    let key = Tensor.input("key", [2], .u32)
    let y = (x * 2).dropout(0.5, key: RandomKey(key).folded(in: "layer")).tanh() + 1
    let noisy = x + Tensor.normal([8, 64], key: RandomKey(key))
    let program = try Program(inputs: [x, key], outputs: [y, noisy], options: .init(shards: 2))
    #expect(program.plan.steps.filter { !$0.isConstant && $0.label != "foldKey" }.map(\.isSplit) == [true, true])
    #expect(program.plan.steps.contains { $0.label.contains("dropout+tanh") })
    let whole = try Program(inputs: [x, key], outputs: [y, noisy], options: .init(shards: 1))
    let inputs = [Tensor((0..<512).map { Float($0) }, [8, 64]), Tensor([1, 2] as [UInt32])]
    let a = try Session(program).run(inputs), b = try Session(whole).run(inputs)
    #expect(a.map { $0.doubles() } == b.map { $0.doubles() })
}

@Test func `dropout works in f64 and bf16 and refuses a wrong rate`() throws {
    let key = RandomKey(seed: 5)
    let x = Tensor((0..<50).map { (i: Int) -> Double in Double(i) - 20 }, [50])
    for dtype in [DType.f64, .bf16, .f16] {
        let y = x.cast(to: dtype).dropout(0.5, key: key).doubles()
        #expect(y == x.cast(to: .f32).dropout(0.5, key: key).doubles())
    }
    let infinite = Tensor([Float](repeating: .infinity, count: 64)).dropout(0.5, key: key).doubles()
    #expect(infinite.allSatisfy { $0 == 0 || $0 == .infinity } && infinite.contains(0))
    #expect(
        throws: EngineError("dropout", "the rate must be in [0, 1), got 1.0", operands: [TensorType([2], .u32), TensorType([3], .f32)])
    ) {
        try Tensor.apply(Dropout(rate: 1), [key.tensor, .zeros([3])])
    }
    #expect(throws: EngineError("uniform", "a key is u32[2]", operands: [TensorType([2], .f32)])) {
        try Tensor.apply(Uniform(shape: [3]), [.zeros([2])])
    }
}

@Test func `a permutation has every number once and depends on the key`() {
    let a = Tensor.permutation(100, key: RandomKey(seed: 1)).values(Int64.self),
        b = Tensor.permutation(100, key: RandomKey(seed: 2)).values(Int64.self)
    #expect(a.sorted() == (0..<100).map { Int64($0) } && b.sorted() == a.sorted() && a != b && a != a.sorted())
}
