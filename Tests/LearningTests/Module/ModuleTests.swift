import Engine
import Learning
import Testing

@Suite struct ModuleTests {
    private struct Block: Module {
        let query = Linear(2, 2), norm = BatchNorm(2)
        let scale = 0.5
    }

    private struct Net: Module {
        let stem: Linear
        let blocks = [Block(), Block()]
        let heads = ["b": Linear(2, 1, bias: false), "a": Linear(2, 1, bias: false)]
        let pair = (Linear(1, 1, bias: false), named: Linear(1, 1, bias: false))
        let some: Linear? = Linear(1, 1, bias: false)
        let none: Linear? = nil
        let body = Sequential {
            Linear(2, 2)
            Activation.relu
            Residual(shortcut: Linear(2, 2, bias: false)) { Linear(2, 2, bias: false) }
        }
        let tied: Parameter
        let hidden = Plain()
        let name = "net", rates = [0.1, 0.2], table = ["word": 3]

        init() {
            stem = Linear(3, 2)
            tied = stem.weight
        }
    }
    /// Not a module: the walk passes it by.
    private struct Plain { let layer = Linear(1, 1) }

    @Test func `parameters have the names of the properties that lead to them, in the order of declaration`() {
        let net = Net()
        #expect(
            net.parameters.map(\.name) == [
                "stem.weight", "stem.bias", "blocks.0.query.weight", "blocks.0.query.bias", "blocks.0.norm.scale", "blocks.0.norm.shift",
                "blocks.1.query.weight", "blocks.1.query.bias", "blocks.1.norm.scale", "blocks.1.norm.shift", "heads.a.weight",
                "heads.b.weight", "pair.0.weight", "pair.named.weight", "some.weight", "body.0.weight", "body.0.bias",
                "body.2.body.0.weight", "body.2.shortcut.weight",
            ])
        #expect(
            net.states.map(\.name) == [
                "blocks.0.norm.runningMean", "blocks.0.norm.runningVariance", "blocks.1.norm.runningMean",
                "blocks.1.norm.runningVariance",
            ])
    }

    @Test func `a parameter that two layers share counts once, under its first name`() {
        let net = Net()
        #expect(net.parameters.filter { $0.parameter === net.stem.weight }.map(\.name) == ["stem.weight"])
        #expect(net.tied === net.stem.weight)
    }

    private struct Heavy: Module {
        let layer = Linear(1, 1)
        let samples = [Float](repeating: 1, count: 1_000_000)
        let words = Dictionary(uniqueKeysWithValues: (0..<200_000).map { ("word \($0)", $0) })
        let matrix = [[Double]](repeating: [Double](repeating: 0, count: 1000), count: 1000)
        let maybe: [Float]? = [Float](repeating: 1, count: 1_000_000)
    }

    @Test func `data beside the layers costs nothing`() {
        let heavy = Heavy()
        // The first walk also looks up which types are modules, once in a process.
        var count = heavy.parameters.count
        let time = (0..<5).map { _ in ContinuousClock().measure { count += heavy.parameters.count } }.min()!
        #expect(count == 12)
        #expect(time < .milliseconds(20), "a mirror over a million numbers takes 400 ms")
    }

    @Test func `seed and name fix the first values, and another seed gives others`() {
        let first = Net().initialized(seed: 1), again = Net().initialized(seed: 1), other = Net().initialized(seed: 2)
        for ((a, b), c) in zip(zip(first.parameters, again.parameters), other.parameters) {
            #expect(a.parameter.value.doubles() == b.parameter.value.doubles())
            if a.name.hasSuffix("weight") { #expect(a.parameter.value.doubles() != c.parameter.value.doubles()) }
        }
        #expect(first.blocks[0].query.weight.value.doubles() != first.blocks[1].query.weight.value.doubles())
    }

    @Test func `states are reset by initialisation`() {
        let norm = BatchNorm(2)
        norm.runningMean.variable.assign(Tensor([3, 4] as [Float]))
        norm.initialized(seed: 1)
        #expect(norm.runningMean.value.doubles() == [0, 0] && norm.runningVariance.value.doubles() == [1, 1])
    }

    @Test func `freezing goes by pattern, and a pattern that chooses nothing is refused`() throws {
        let net = Net()
        try net.setFrozen(matching: "blocks.*.weight")
        #expect(net.parameters.filter(\.parameter.isFrozen).map(\.name) == ["blocks.0.query.weight", "blocks.1.query.weight"])
        try net.setFrozen(false, matching: "*")
        #expect(net.parameters.allSatisfy { !$0.parameter.isFrozen })
        let error = #expect(throws: LearningError.self) { try net.setFrozen(matching: "block.*") }
        #expect(error.map { "\($0)" } == "freeze 'block.*': no parameter has a name like this")
    }

    @Test func `errors name the layer once a model is initialised`() {
        let net = Sequential {
            Linear(3, 4)
            Residual { Linear(5, 4) }
        }
        func text() -> String {
            do { return "\(try net.outputType(for: TensorType([2, 3], .f32)))" } catch { return "\(error)" }
        }
        #expect(text() == "linear '1.body.0': takes [..., 5] (f32[2,4])")
        struct Model: Module { let net: Sequential }
        Model(net: net).initialized(seed: 1)
        #expect(text() == "linear 'net.1.body.0': takes [..., 5] (f32[2,4])")
    }

    @Test(arguments: [
        ("*", "anything", true), ("*.weight", "a.b.weight", true), ("*.weight", "weight", false), ("a*c*e", "abcde", true),
        ("a*c*e", "abcd", false), ("", "", true), ("", "a", false), ("**", "", true), ("a*b", "ab", true), ("*ab", "aab", true),
    ])
    func `a star stands for any text`(_ pattern: String, _ name: String, _ matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }
}
