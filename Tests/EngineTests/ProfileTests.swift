import Engine
import Foundation
import Testing

@Suite struct ProfileTests {
    private func program() throws -> (program: Program, weights: Variable) {
        let x = Tensor.input("x", [4, 3])
        let weights = Variable("weights", Tensor((0..<6).map(Float.init), [2, 3]))
        let y = Scope.named("stem") { Scope.named("dense") { linear(x, weights.value) } }
        let loss = Scope.named("loss") { y.log().sum() }
        return (try Program(inputs: [x], outputs: [loss], updates: [(weights, weights.value + 1)], options: .init(shards: 1)), weights)
    }

    @Test func `the first operation whose result is not finite is named with its module, and variables keep their values`() throws {
        let (program, weights) = try program()
        let before = weights.value.values(Float.self)
        try program.check(.finite, [.ones([4, 3])])
        do {
            try program.check(.finite, [-Tensor.ones([4, 3])])
            Issue.record("nothing was found")
        } catch let error as EngineError {
            #expect(error.operation == "log")
            #expect(error.path == "loss")
            #expect(error.reason == "result is not finite: nan at element 0")
        }
        #expect(weights.value.values(Float.self) == before)
    }

    @Test func `a profile lists every step with its kernel and module`() throws {
        let profile = try program().program.profile([.ones([4, 3])], runs: 3)
        #expect(Set(profile.entries.map(\.operation)) == ["matmul", "log", "sum", "add"])
        #expect(profile.entries.contains { $0.path == "stem.dense" && $0.operation == "matmul" })
        #expect(profile.description.contains("stem.dense"))
        let trace = try JSONSerialization.jsonObject(with: Data(profile.chromeTrace.utf8)) as? [String: [[String: Any]]]
        #expect(trace?["traceEvents"]?.count == profile.entries.count)
    }

    @Test func `a program prints its phases and steps`() throws {
        let text = try program().program.description
        #expect(text.contains("1 inputs, 1 outputs"))
        #expect(text.contains("matmul("))
        #expect(text.contains("'stem.dense'"))
    }

    @Test func `equal programs have one identity and others another`() throws {
        func identity(_ factor: Double, _ shards: Int) throws -> String {
            let x = Tensor.input("x", [8, 2])
            return try Program(inputs: [x], outputs: [(x * factor).sum()], options: .init(shards: shards)).identity
        }
        #expect(try identity(2, 1) == identity(2, 1))
        #expect(try Set([identity(2, 1), identity(3, 1), identity(2, 2)]).count == 3)
    }
}
