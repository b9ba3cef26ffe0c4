@testable import Engine
import TestKit
import Testing

let comparisonRows = [
    Row("equal") { [$0[0].isEqual(to: $0[1])] },
    Row("notEqual") { [$0[0].isNotEqual(to: $0[1])] },
    Row("less") { [$0[0].isLess(than: $0[1])] },
    Row("lessOrEqual") { [$0[0].isAtMost($0[1])] },
    Row("greater") { [$0[0].isGreater(than: $0[1])] },
    Row("greaterOrEqual") { [$0[0].isAtLeast($0[1])] },
    Row("logicalAnd") { [$0[0].and($0[1])] },
    Row("logicalOr") { [$0[0].or($0[1])] },
    Row("logicalXor") { [$0[0].xor($0[1])] },
    Row("logicalNot") { [$0[0].not()] },
    Row("select") { [select($0[0], $0[1], $0[2])] },
]

@Suite struct ComparisonTests {
    @Test(arguments: [DType.f32, .f64, .bf16, .f16]) func `questions to one number see infinities and not-a-number`(dtype: DType) {
        let x = Tensor([.nan, .infinity, -.infinity, 0, 1.5], [5], as: dtype)
        #expect(x.isNaN().values(Bool.self) == [true, false, false, false, false])
        #expect(x.isInfinite().values(Bool.self) == [false, true, true, false, false])
        #expect(x.isFinite().values(Bool.self) == [false, false, false, true, true])
    }

    @Test(arguments: DType.allCases) func `every type can be compared and chosen from`(dtype: DType) {
        let a = Tensor([0, 1, 1], [3], as: dtype), b = Tensor([1, 1, 0], [3], as: dtype)
        #expect(a.isLess(than: b).values(Bool.self) == [true, false, false])
        #expect(a.isAtLeast(b).values(Bool.self) == [false, true, true])
        #expect(select(a.isEqual(to: b), a, b).doubles() == [1, 1, 0])
    }

    @Test func `64-bit integers are compared in all their digits`() {
        let a = Tensor([Int64.max, Int64.max - 1]), b = Tensor([Int64.max - 1, Int64.max - 1])
        #expect(a.isGreater(than: b).values(Bool.self) == [true, false])
        let c = Tensor([UInt64.max, 1]), d = Tensor([UInt64.max - 1, 2])
        #expect(c.isGreater(than: d).values(Bool.self) == [true, false])
        #expect(maximum(c, d).values(UInt64.self) == [.max, 2])
    }

    @Test func `a choice passes gradients to what was chosen`() throws {
        let condition = Tensor([true, false, true])
        try checkGradients("select", at: [samples([2, 3]), samples([3], seed: 2)]) { [select(condition, $0[0] * $0[0], $0[1].exp())] }
    }
}
