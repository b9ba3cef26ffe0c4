@testable import Engine
import TestKit
import Testing

private func reduction(_ name: String, tolerance: Double = 4e-6, _ function: @escaping @Sendable (Tensor, [Int], Bool) -> Tensor) -> Row {
    Row(name, tolerance: tolerance) { x, a in [function(x[0], a.ints("axes"), a.truth("keep"))] }
}

private func place(_ name: String, _ function: @escaping @Sendable (Tensor, Int) -> Tensor) -> Row {
    Row(name) { x, a in
        let result = function(x[0], a.int("axis"))
        return [a.truth("keep") ? result.expanded(a.int("axis")) : result]
    }
}

let reductionRows = [
    reduction("sum") { $0.sum($1, keep: $2) },
    reduction("mean") { $0.mean($1, keep: $2) },
    reduction("product") { $0.product($1, keep: $2) },
    reduction("max") { $0.max($1, keep: $2) },
    reduction("min") { $0.min($1, keep: $2) },
    reduction("logSumExp") { $0.logSumExp($1, keep: $2) },
    Row("variance") { x, a in [x[0].variance(a.ints("axes"), correction: a.int("correction"), keep: a.truth("keep"))] },
    Row("standardDeviation") { x, a in [x[0].variance(a.ints("axes"), correction: a.int("correction"), keep: a.truth("keep")).sqrt()] },
    reduction("any") { $0.any($1, keep: $2) },
    reduction("all") { $0.all($1, keep: $2) },
    place("argMax") { $0.argmax($1) },
    place("argMin") { $0.argmin($1) },
]

@Suite struct ReductionTests {
    @Test(arguments: reductionRows) func `reductions agree with reference numbers`(row: Row) throws {
        try check(row, in: "reduction", among: reductionRows)
    }
    @Test func `every reference case of reductions has a row`() throws { try checkFamily("reduction", reductionRows, cases: 128) }

    @Test(arguments: [[0], [1], [2], [0, 2], [0, 1, 2]]) func `reductions have the derivatives that differences show`(axes: [Int]) throws {
        let x = samples([2, 3, 2], 0.5, 1.5)
        try checkGradients("sum", at: [x]) { [$0[0].square().sum(axes)] }
        try checkGradients("mean", at: [x]) { [$0[0].square().mean(axes, keep: true)] }
        try checkGradients("product", at: [x]) { [$0[0].product(axes)] }
        try checkGradients("max", at: [x]) { [$0[0].square().max(axes)] }
        try checkGradients("min", at: [x]) { [$0[0].square().min(axes)] }
        try checkGradients("logSumExp", at: [x]) { [$0[0].logSumExp(axes)] }
        try checkGradients("variance", at: [x]) { [$0[0].variance(axes)] }
    }

    @Test func `the gradient of a product is exact where factors are zero`() throws {
        for values in [[2, 0, 3.0], [0, 0, 3]] {
            try checkGradients("product", at: [Tensor(values)], orders: 1) { [$0[0].product()] }
        }
    }

    @Test(arguments: DType.allCases.filter { $0 != .bool }) func `every type of numbers can be reduced`(dtype: DType) {
        let x = Tensor([1, 5, 3, 2, 4, 6], [2, 3], as: dtype)
        #expect(x.sum([1]).doubles() == [9, 12])
        #expect(x.sum([0]).doubles() == [3, 9, 9])
        #expect(x.product([0]).doubles() == [2, 20, 18])
        #expect(x.max().doubles() == [6])
        #expect(x.min([1], keep: true).doubles() == [1, 2])
        #expect(x.argmax(1).values(Int64.self) == [1, 2])
        #expect(x.argmin(0).values(Int64.self) == [0, 1, 0])
    }

    @Test(arguments: [1, 2, 3, 15, 17, 64, 129, 1000]) func `sums of odd lengths along either axis are exact for whole numbers`(count: Int)
    {
        let x = Tensor((0..<3 * count).map { Float($0 % 13) - 6 }, [3, count])
        let rows = (0..<3).map { row in (0..<count).reduce(0) { $0 + Double((row * count + $1) % 13) - 6 } }
        #expect(x.sum([1]).doubles() == rows)
        #expect(x.transposed().sum([0]).doubles() == rows)
        #expect(x.sum().scalar == rows.reduce(0, +))
    }

    @Test func `nothing at all has a sum and a product but no largest value`() {
        let empty = Tensor.zeros([2, 0])
        #expect(empty.sum([1]).doubles() == [0, 0])
        #expect(empty.product([1]).doubles() == [1, 1])
        #expect(empty.max([0]).count == 0)
        func text(_ op: any Op, _ operand: Tensor) -> String { message { _ = try Tensor.apply(op, [operand]) } }
        #expect(text(Reduce(kind: .max, first: 1, count: 1), empty) == "max: has no value over no elements (f32[2,0])")
        #expect(text(ArgReduce(largest: true, axis: 1), empty) == "argmax: has no value over no elements (f32[2,0])")
        #expect(text(Reduce(kind: .sum, first: 1, count: 2), empty) == "sum: axes 1..<3 of 2 (f32[2,0])")
        #expect(text(Reduce(kind: .sum, first: 0, count: 1), .zeros([2], .bool)) == "sum: does not take bool: cast it (bool[2])")
        #expect(text(ArgReduce(largest: false, axis: 3), empty) == "argmin: axis 3 of 2 (f32[2,0])")
    }

    @Test func `an axis that is not there traps`() async {
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).sum([2]) }
    }
}
