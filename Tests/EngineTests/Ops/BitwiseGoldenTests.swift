import TestKit
import Testing

@testable import Engine

let bitwiseRows = [
    Row("bitwiseAnd") { x in [x[0].bitwiseAnd(x[1])] },
    Row("bitwiseOr") { x in [x[0].bitwiseOr(x[1])] },
    Row("bitwiseXor") { x in [x[0].bitwiseXor(x[1])] },
    Row("bitwiseNot") { x in [x[0].bitwiseNot()] },
    Row("shiftLeft") { x in [x[0].shiftedLeft(x[1])] },
    Row("shiftRight") { x in [x[0].shiftedRight(x[1])] },
    Row("populationCount") { x in [x[0].populationCount()] },
]

@Suite struct BitwiseGoldenTests {
    @Test(arguments: bitwiseRows) func `bitwise operations agree with reference numbers`(row: Row) throws {
        try check(row, in: "bitwise", among: bitwiseRows)
    }
    @Test func `every reference case of bitwise operations has a row`() throws { try checkFamily("bitwise", bitwiseRows, cases: 56) }
}
