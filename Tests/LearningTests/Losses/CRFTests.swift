import Engine
import Learning
import TestKit
import Testing

@Suite struct CRFTests {
    private static func problems(_ options: Program.Options, _ make: (LinearChainCRF, [Tensor]) -> [Tensor]) throws -> [String] {
        try GoldenCase.family("losses").filter { $0.name.hasPrefix("crf") }.compactMap { example in
            let crf = LinearChainCRF(3)
            for (parameter, value) in zip(crf.parameters, example.inputs[3...]) { parameter.parameter.variable.assign(value.tensor) }
            let inputs = (0..<3).map { Tensor.input("input \($0)", example.inputs[$0].type.shape, example.inputs[$0].type.dtype) }
            return try example.problem(
                inputs: inputs, values: example.inputs.prefix(3).map(\.tensor), results: make(crf, inputs),
                targets: [inputs[0], nil, nil] + crf.parameters.map(\.parameter.value), tolerance: 1e-5, options: options
            ).map { "\(example.name): \($0)" }
        }
    }

    @Test(arguments: [Program.Options(kernels: .native), Program.Options(kernels: .portable, shards: 1)])
    func `loss, gradients and best tags are those of all sequences written out`(_ options: Program.Options) throws {
        let found = try Self.problems(options) { crf, x in
            [crf.loss(x[0], x[1], lengths: x[2], reduction: .none), crf.decode(x[0], lengths: x[2])]
        }
        #expect(found == [])
    }

    @Test func `a field that forgets the lengths is found`() throws {
        let found = try Self.problems(.init()) { crf, x in [crf.loss(x[0], x[1], reduction: .none), crf.decode(x[0])] }
        #expect(found.count == 1 && found[0].hasPrefix("crf: result 0"))
    }

    @Test func `probabilities of all sequences add up to one`() {
        let crf = LinearChainCRF(2, initializer: .normal(deviation: 1)).initialized(seed: 3)
        let x = Tensor.normal([1, 3, 2], key: RandomKey(seed: 4)).broadcast(to: [8, 3, 2])
        let tags = Tensor((0..<8 as Range<Int64>).flatMap { path -> [Int64] in [path & 1, path >> 1 & 1, path >> 2 & 1] }, [8, 3])
        let total = (-crf.loss(x, tags, reduction: .none)).exp().sum().scalar
        #expect(abs(total - 1) < 1e-5)
    }
}
