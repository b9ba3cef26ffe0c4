import Engine
import Learning
import TestKit
import Testing

@Suite struct SequenceLayerTests {
    private static func random(_ shape: Shape, _ seed: UInt64) -> Tensor { .normal(shape, key: RandomKey(seed: seed)) }

    @Test func `a sequence in two pieces with the state handed on gives the same as in one`() {
        let x = Self.random([2, 6, 3], 1)
        for module in [LSTM(3, 4, layers: 2), GRU(3, 4, layers: 2), RNN(3, 4, layers: 2)] as [any RecurrentModule] {
            module.initialized(seed: 1)
            let whole = module(x)
            let first = module(x.sliced(0..<2, 1)), second = module(x.sliced(2..<6, 1), initial: first.last)
            #expect(difference(concatenate([first.steps, second.steps], 1), whole.steps) == nil)
            #expect(difference(second.summary, whole.summary) == nil)
        }
    }

    @Test func `what follows a sequence's length does not matter`() {
        let lstm = LSTM(3, 4, isBidirectional: true).initialized(seed: 1)
        let x = Self.random([2, 5, 3], 1), lengths = Tensor([5, 2] as [Int64])
        let other = concatenate([x.sliced(0..<2, 1), Self.random([2, 3, 3], 2)], 1)
        let summaries = [x, other].map { lstm($0, lengths: lengths).summary.sliced(1..<2, 0).doubles() }
        #expect(summaries[0] == summaries[1])
        #expect(lstm(x, lengths: lengths).steps.sliced(1..<2, 0).sliced(2..<5, 1).doubles().allSatisfy { $0 == 0 })
    }

    @Test func `dropout between recurrent layers asks for the pass`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = LSTM(3, 4, layers: 2, dropout: 0.5)(Tensor.ones([1, 2, 3]))
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("lstm: it drops elements in training: call it with the pass"))
    }

    @Test func `attention that drops next to nothing is attention`() {
        for (heads, keyHeads) in [(4, 4), (4, 2)] {
            let sure = MultiHeadAttention(8, heads: heads, keyHeads: keyHeads),
                wavering = MultiHeadAttention(8, heads: heads, keyHeads: keyHeads, dropout: 1e-9)
            sure.initialized(seed: 1)
            wavering.initialized(seed: 1)
            let x = Self.random([2, 5, 8], 1)
            var pass = Pass(isTraining: true, key: RandomKey(seed: 1))
            #expect(difference(wavering(x, &pass, isCausal: true), sure(x, isCausal: true), tolerance: 1e-5) == nil)
        }
    }

    @Test func `attention in training drops looks`() {
        let attention = MultiHeadAttention(8, heads: 2, dropout: 0.5).initialized(seed: 1)
        let x = Self.random([2, 5, 8], 1)
        var training = Pass(isTraining: true, key: RandomKey(seed: 1)), inference = Pass.inference
        #expect(difference(attention(x, &training), attention(x, &inference), tolerance: 1e-2) != nil)
    }

    @Test func `a causal encoder does not see the future, and padding is not seen`() {
        let encoder = TransformerEncoder(8, heads: 2, blocks: 2, options: TransformerOptions(rotary: RotaryEncoding())).initialized(seed: 1)
        let x = Self.random([1, 6, 8], 1)
        let changed = concatenate([x.sliced(0..<4, 1), Self.random([1, 2, 8], 2)], 1)
        var pass = Pass.inference
        func start(_ x: Tensor, _ keyMask: Tensor?, _ isCausal: Bool) -> Tensor {
            encoder(x, &pass, mask: nil, keyMask: keyMask, isCausal: isCausal).sliced(0..<4, 1)
        }
        #expect(difference(start(x, nil, true), start(changed, nil, true)) == nil)
        let present = Tensor([true, true, true, true, false, false], [1, 6])
        #expect(difference(start(x, present, false), start(changed, present, false)) == nil)
        #expect(difference(start(x, nil, false), start(changed, nil, false), tolerance: 1e-2) != nil)
    }

    @Test func `attention maps of all blocks can be looked at`() {
        let encoder = TransformerEncoder(8, heads: 2, blocks: 3).initialized(seed: 1)
        let maps = encoder.maps(Self.random([2, 5, 8], 1), isCausal: true)
        #expect(maps.map(\.shape) == [[2, 2, 5, 5], [2, 2, 5, 5], [2, 2, 5, 5]])
        for map in maps {
            #expect(map.sum([-1]).doubles().allSatisfy { abs($0 - 1) < 1e-5 })
            let above = map.doubles().enumerated().filter { $0.offset % 5 > $0.offset / 5 % 5 }
            #expect(above.count == 40 && above.allSatisfy { $0.element == 0 })
        }
    }

    @Test func `turned scores depend on distances alone`() {
        for pairs in [RotaryEncoding.Pairs.halves, .neighbours] {
            let rotary = RotaryEncoding(pairs: pairs)
            let q = Self.random([1, 1, 1, 8], 1), k = Self.random([1, 1, 1, 8], 2)
            func score(_ query: Int, _ key: Int) -> Double { (rotary(q, first: query) * rotary(k, first: key)).sum().scalar }
            #expect(abs(score(3, 1) - score(40, 38)) < 1e-4)
            #expect(abs(score(3, 1) - score(3, 2)) > 1e-3)
        }
    }
}
