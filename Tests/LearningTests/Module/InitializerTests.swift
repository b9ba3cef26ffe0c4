import Engine
import Learning
import Testing

@Suite struct InitializerTests {
    /// Mean, deviation and largest magnitude of what a rule draws.
    private static func moments(_ initializer: Initializer, _ shape: Shape) -> (mean: Double, deviation: Double, bound: Double) {
        let values = initializer.values(shape, key: RandomKey(seed: 5)).doubles()
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot(), values.map(\.magnitude).max() ?? 0)
    }

    /// Rule, deviation that it promises for [200, 50, 3] (fan-in 150, fan-out 600), and its bound.
    private static let rules: [(Initializer, Double, Double)] = [
        (.normal(deviation: 0.3), 0.3, .infinity), (.uniform(0.6), 0.6 / 3.0.squareRoot(), 0.6),
        (.heNormal, (2 / 150.0).squareRoot(), .infinity), (.heUniform, (2 / 150.0).squareRoot(), (6 / 150.0).squareRoot()),
        (.glorotNormal, (2 / 750.0).squareRoot(), .infinity), (.glorotUniform, (2 / 750.0).squareRoot(), (6 / 750.0).squareRoot()),
        (.lecunNormal, (1 / 150.0).squareRoot(), .infinity), (.fanInUniform, (1 / 450.0).squareRoot(), (1 / 150.0).squareRoot()),
        (.truncatedNormal(deviation: 0.1), 0.0879626, 0.2), (.constant(3), 0, 3),
    ]

    @Test func `rules draw numbers of the promised mean, deviation and bound`() {
        #expect(Self.rules.count == 10)
        for (rule, deviation, bound) in Self.rules {
            let found = Self.moments(rule, [200, 50, 3])
            // Five standard errors of 30,000 numbers.
            #expect(abs(found.mean - (rule.name.hasPrefix("constant") ? 3 : 0)) <= 0.03 * deviation, "\(rule.name)")
            #expect(abs(found.deviation - deviation) <= 0.021 * deviation, "\(rule.name)")
            #expect(found.bound <= bound * 1.0000001 && (bound == .infinity || found.bound > bound * 0.99), "\(rule.name)")
        }
    }

    @Test func `orthogonal rows or columns have length 1 and right angles`() {
        for (shape, blocks) in [([4, 9], 1), ([9, 4], 1), ([6, 2, 3], 1), ([8, 4], 2)] as [(Shape, Int)] {
            let rows = shape[0] / blocks
            let values = Initializer.orthogonal(gain: 2, blocks: blocks).values(shape, key: RandomKey(seed: 3))
            for block in 0..<blocks {
                let part = values.reshaped(shape[0], -1).sliced(block * rows..<(block + 1) * rows, 0)
                let isWide = rows <= part.shape[1]
                let products = matmul(part, part, transposeLeft: !isWide, transposeRight: isWide)
                let count = products.shape[0]
                for (place, product) in products.doubles().enumerated() {
                    #expect(abs(product - (place % (count + 1) == 0 ? 4 : 0)) < 1e-5)
                }
            }
        }
    }

    @Test func `layers draw by the chosen rule`() {
        func bound(_ parameter: Parameter?) -> Double { Self.moments(parameter!.initializer, parameter!.shape).bound }
        func isNear(_ found: Double, _ bound: Double) -> Bool { found <= bound * 1.000001 && found > bound * 0.97 }
        let he = Linear(100, 50), torch = Linear(100, 50, initialization: .torch), glorot = Linear(100, 50, initialization: .glorot)
        #expect(isNear(bound(he.weight), (6 / 100.0).squareRoot()) && bound(he.bias) == 0)
        #expect(isNear(bound(torch.weight), 0.1) && isNear(bound(torch.bias), 0.1))
        #expect(isNear(bound(glorot.weight), (6 / 150.0).squareRoot()) && bound(glorot.bias) == 0)
        let conv = Conv2D(8, 16, kernel: 3, groups: 2, initialization: .torch)
        #expect(isNear(bound(conv.weight), 1 / 6.0) && bound(conv.bias) <= 1 / 6.0)
        let transposed = ConvTranspose2D(8, 16, kernel: 4, stride: 2)
        #expect(isNear(bound(transposed.weight), (6 / 32.0).squareRoot()))
        let lstm = LSTM(8, 16).layers[0].forward
        #expect(
            lstm.inputBias!.initializer.values([64], key: RandomKey(seed: 1)).doubles()
                == (0..<64).map { (16..<32).contains($0) ? 1.0 : 0 })
        #expect(isNear(bound(LSTM(8, 16, initialization: .torch).layers[0].forward.hiddenWeight), 0.25))
        #expect(isNear(bound(MultiHeadAttention(32, heads: 4, initialization: .torch).query.weight), (6 / 128.0).squareRoot()))
        let row = Embedding(3, 4, padding: 1).weight
        #expect(Array(row.initializer.values(row.shape, key: RandomKey(seed: 1)).doubles()[4..<8]) == [0, 0, 0, 0])
    }
}
