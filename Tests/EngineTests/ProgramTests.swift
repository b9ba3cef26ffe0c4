@testable import Engine
import TestKit
import Testing

@Suite struct ProgramTests {
    private func state(_ variables: Variable...) -> [[Double]] { variables.map { $0.value.doubles() } }

    @Test(arguments: [1, 2]) func `a result that is a variable is its value before the update`(shards: Int) throws {
        let x = Tensor.input("x", [4, 2])
        let w = Variable("w", Tensor([1, 2] as [Float]))
        let program = try Program(
            inputs: [x], outputs: [w.value, w.value.reshaped(2, 1)], updates: [(w, w.value + x.sum([0]))], options: .init(shards: shards))
        let results = try Session(program, threads: 2).run([.ones([4, 2])])
        #expect(results.map { $0.doubles() } == [[1, 2], [1, 2]])
        #expect(state(w) == [[5, 6]])
    }

    @Test func `variables are exchanged and rotated without losing a value`() throws {
        let a = Variable("a", Tensor([1 as Float])), b = Variable("b", Tensor([2 as Float])), c = Variable("c", Tensor([3 as Float]))
        try Session(Program(outputs: [], updates: [(a, b.value), (b, a.value)])).run()
        #expect(state(a, b, c) == [[2], [1], [3]])
        try Session(Program(outputs: [], updates: [(a, b.value), (b, c.value), (c, a.value)])).run()
        #expect(state(a, b, c) == [[1], [3], [2]])
    }

    @Test func `updates that read each other's variables see the old values`() throws {
        let a = Variable("a", Tensor([1 as Float])), b = Variable("b", Tensor([2 as Float]))
        let (x, y) = (a.value, b.value)
        try Session(Program(outputs: [], updates: [(a, x + y * 10), (b, y + x * 100)])).run()
        #expect(state(a, b) == [[21], [102]])
    }

    @Test(arguments: [1, 2, 4]) func `constants are made whole and read in slices`(shards: Int) throws {
        let x = Tensor.input("x", [4, 3])
        let constant = Tensor.iota(12, dtype: .f32).reshaped(4, 3) * Tensor((0..<12).map { Float($0) }, [4, 3])
        let program = try Program(
            inputs: [x], outputs: [x + constant, (x * .fill(2, [4, 3])).cumulativeSum(1)], options: .init(shards: shards))
        let results = try Session(program).run([.ones([4, 3])])
        let expected = (0..<12).map { (i: Int) -> Double in Double(i * i + 1) }
        #expect(results[0].doubles() == expected)
        #expect(results[1].doubles() == [2, 4, 6, 2, 4, 6, 2, 4, 6, 2, 4, 6])
    }

    @Test func `a batch of one multiplies constant weights that are turned once`() throws {
        let x = Tensor.input("x", [1, 3])
        let program = try Program(inputs: [x], outputs: [linear(x, Tensor((0..<51).map { Float($0) }, [17, 3]))])
        let session = try Session(program)
        // Memory that was given back too early is likely to be taken here.
        let others = (0..<64).map { Tensor([Float](repeating: Float($0), count: 51)) }
        let expected = (0..<17).map { (i: Int) -> Double in Double(9 * i + 3) }
        #expect(session.run([.ones([1, 3])])[0].doubles() == expected)
        #expect(others.count == 64)
    }

    @Test func `refusals say what a program cannot be made of`() {
        let x = Tensor.input("x", [2]), w = Variable("w", [2])
        #expect(message { _ = try Program(outputs: [x + 1]) } == "program: reads input 'x' that is not among its inputs (f32[2])")
        #expect(message { _ = try Program(inputs: [x + 1], outputs: [x]) } == "program: an input was not made by Tensor.input (f32[2])")
        #expect(
            message { _ = try Program(outputs: [], updates: [(w, .zeros([3]))]) }
                == "program: the update of variable 'w' has another type (f32[2], f32[3])")
        #expect(
            message { _ = try Program(inputs: [x], outputs: [x], options: .init(shards: 0)) }
                == "program: the number of shards must be 1…256, got 0")
        #expect(message { _ = try gradients(of: x, for: [x]) } == "gradients: the loss must have one element (f32[2])")
        #expect(
            message { _ = try gradients(of: x, for: [x], seed: .zeros([3])) }
                == "gradients: the seed must have the type of the result (f32[3], f32[2])")
    }

    @Test func `reading a variable that has changed since traps`() async {
        await #expect(processExitsWith: .failure) {
            let w = Variable("w", Tensor([1 as Float]))
            let stale = w.value + 1
            w.assign(Tensor([2 as Float]))
            _ = stale.values(Float.self)
        }
    }

    @Test func `running a program on values of another shape traps`() async {
        await #expect(processExitsWith: .failure) {
            let x = Tensor.input("x", [2])
            _ = try Session(Program(inputs: [x], outputs: [x + 1])).run([.zeros([3])])
        }
    }

    @Test func `equal programs have equal plans`() throws {
        func plan() throws -> Plan {
            let graph = RandomGraph(seed: 11)
            return try Program(inputs: graph.inputs, outputs: graph.outputs, updates: graph.updates, options: .init(shards: 2)).plan
        }
        let (first, second) = (try plan(), try plan())
        #expect(first.steps.map(\.label) == second.steps.map(\.label))
        #expect(first.values.map(\.offset) == second.values.map(\.offset))
        #expect(first.phases == second.phases)
    }

    @Test func `a graph of 100,000 nodes builds, runs and is released`() throws {
        func long(_ count: Int) -> Tensor {
            var y = Tensor([0 as Float, 1])
            let step = Tensor([1 as Float, 2])
            for _ in 0..<count { y = y + step }
            return y
        }
        // Never evaluated, so that the whole chain is released at once.
        weak let released = long(100_000).node
        #expect(released == nil)
        #expect(long(100_000).values(Float.self) == [100_000, 200_001])
    }
}
