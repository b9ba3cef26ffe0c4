@testable import Engine
import TestKit
import Testing

@Suite struct UpdateTests {
    private let w = samples([37], as: .f32), g = samples([37], seed: 2, as: .f32), m = samples([37], seed: 3, as: .f32),
        v = samples([37], 0.1, 1, seed: 4, as: .f32)

    @Test(arguments: [(0.0, false), (0.1, false), (0.1, true)]) func `adam takes the step of its formula`(decay: Double, decoupled: Bool) {
        let found = adam(
            w, gradient: g, m: m, v: v, rate: Tensor(0.01 as Float), step: Tensor(3 as Float), decay: decay, decoupled: decoupled)
        var (weights, first, second) = (w.doubles(), m.doubles(), v.doubles())
        for (place, slope) in g.doubles().enumerated() {
            let gradient = decoupled ? slope : slope + decay * weights[place]
            first[place] = 0.9 * first[place] + 0.1 * gradient
            second[place] = 0.999 * second[place] + 0.001 * gradient * gradient
            let kept = decoupled ? weights[place] * (1 - 0.01 * decay) : weights[place]
            weights[place] = kept - 0.01 * (first[place] / (1 - 0.729)) / ((second[place] / (1 - 0.997002999)).squareRoot() + 1e-8)
        }
        #expect(difference(found.w.doubles(), weights, tolerance: 2e-6) == nil)
        #expect(difference(found.m.doubles(), first, tolerance: 2e-6) == nil)
        #expect(difference(found.v.doubles(), second, tolerance: 2e-6) == nil)
    }

    @Test(arguments: [false, true]) func `momentum takes the step of its formula`(nesterov: Bool) {
        let found = momentum(w, gradient: g, velocity: m, rate: Tensor(0.01 as Float), momentum: 0.8, decay: 0.1, nesterov: nesterov)
        var (weights, speed) = (w.doubles(), m.doubles())
        for (place, slope) in g.doubles().enumerated() {
            let gradient = slope + 0.1 * weights[place]
            speed[place] = 0.8 * speed[place] + gradient
            weights[place] -= 0.01 * (nesterov ? gradient + 0.8 * speed[place] : speed[place])
        }
        #expect(difference(found.w.doubles(), weights, tolerance: 2e-6) == nil)
        #expect(difference(found.velocity.doubles(), speed, tolerance: 2e-6) == nil)
    }
}
