import Engine
import TestKit
import Testing

let matMulRows = [
    Row("matmul") { x, a in
        [matmul(x[0], x[1], transposeLeft: a.truth("transposeLeft", false), transposeRight: a.truth("transposeRight", false))]
    },
    // A vector is a matrix of one row on the left, of one column on the right.
    Row("matmul.vectors") { x in [matmul(x[0].expanded(0), x[1].expanded(1)).reshaped([])] },
    Row("matmul.matrix-vector") { x in [matmul(x[0], x[1].expanded(1)).reshaped([x[0].shape[0]])] },
    Row("matmul.vector-matrix") { x in [matmul(x[0].expanded(0), x[1]).reshaped([x[1].shape[1]])] },
]

@Suite struct MatMulTests {
    @Test(arguments: matMulRows) func `matrix products agree with reference numbers`(row: Row) throws { try check(row, in: "matmul", among: matMulRows) }
    @Test func `every reference case of matrix products has a row`() throws { try checkFamily("matmul", matMulRows, cases: 37) }
}
