@testable import Engine
import TestKit
import Testing

let scanRows = [
    Row("cumulativeSum") { x, a in
        [x[0].cumulativeSum(a.int("axis"), exclusive: a.truth("exclusive", false), reverse: a.truth("reverse", false))]
    },
    Row("cumulativeProduct") { x, a in
        [x[0].cumulativeProduct(a.int("axis"), exclusive: a.truth("exclusive", false), reverse: a.truth("reverse", false))]
    },
]

@Suite struct ScanTests {
    @Test(arguments: scanRows) func `running sums and products agree with reference numbers`(row: Row) throws {
        try check(row, in: "sorting", among: scanRows)
    }

    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
    func `running sums and products have the derivatives that differences show`(exclusive: Bool, reverse: Bool) throws {
        let x = samples([2, 3], 0.5, 1.5)
        for axis in 0..<2 {
            try checkGradients("sum", at: [x]) { [$0[0].cumulativeSum(axis, exclusive: exclusive, reverse: reverse).square()] }
            try checkGradients("product", at: [x]) { [$0[0].cumulativeProduct(axis, exclusive: exclusive, reverse: reverse)] }
        }
        try checkGradients("product with a zero", at: [Tensor([2, 0, 3, 1.5])], orders: 1) {
            [$0[0].cumulativeProduct(0, exclusive: exclusive, reverse: reverse)]
        }
    }

    @Test func `refusals say what does not fit`() {
        func text(_ op: any Op, _ operands: Tensor...) -> String { message { _ = try Tensor.apply(op, operands) } }
        #expect(text(Cumulative(kind: .sum, axis: 2), .zeros([2, 3])) == "cumulativeSum: axis 2 of 2 (f32[2,3])")
        #expect(text(Cumulative(kind: .product, axis: 0), .zeros([2], .bool)) == "cumulativeProduct: does not take bool: cast it (bool[2])")
        #expect(
            text(ProductGradient(axis: 0), .zeros([2]), .zeros([3]))
                == "cumulativeProductGradient: value and gradient differ (f32[2], f32[3])")
    }

    @Test func `counting numbers start, step and keep their type`() {
        #expect(Tensor.iota(4).values(Int64.self) == [0, 1, 2, 3])
        #expect(Tensor.iota(3, start: 1, step: 0.5, dtype: .f32).values(Float.self) == [1, 1.5, 2])
        #expect(Tensor.iota(0).count == 0)
    }
}
