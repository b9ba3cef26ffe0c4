@testable import Engine
import TestKit
import Testing

@Suite struct RandomGraphTests {
    /// What the optimised forms of a graph get wrong against evaluating every operation by itself.
    static func problem(_ graph: RandomGraph) throws -> String? {
        let plain = try graph.run(.init(kernels: .portable, shards: 1, isOptimized: false), threads: 1)
        for options in [
            Program.Options(kernels: .native, shards: [1, 2, 4][Int(graph.seed % 3)]),
            .init(kernels: .portable, shards: [2, 4, 1][Int(graph.seed % 3)]),
        ] {
            let found = try graph.run(options, threads: 2)
            for (place, (value, expected)) in zip(found, plain).enumerated() {
                guard value.type == expected.type else { return "result \(place) is \(value.type), expected \(expected.type)" }
                if let text = TestKit.difference(value.doubles(), expected.doubles(), tolerance: graph.hasGradients ? 1e-3 : 1e-4) {
                    return "result \(place), \(options.kernels.rawValue), \(options.shards!) shards: \(text)\n\(graph)"
                }
            }
        }
        return nil
    }

    @Test(arguments: 0..<8) func `optimised programs compute what the operations compute one by one`(part: UInt64) throws {
        for number in 0..<250 as Range<UInt64> {
            if let text = try Self.problem(RandomGraph(seed: part * 250 + number)) {
                Issue.record("\(text)")
                return
            }
        }
    }

    @Test func `a seed always gives the same graph`() {
        #expect("\(RandomGraph(seed: 7))" == "\(RandomGraph(seed: 7))")
        #expect("\(RandomGraph(seed: 7))" != "\(RandomGraph(seed: 8))")
    }
}
