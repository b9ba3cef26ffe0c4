import TestKit
import Testing

@testable import Engine

@Suite struct EinsumTests {
    @Test func `equations give the products and sums they spell`() {
        let a = samples([2, 3, 4]), b = samples([2, 4, 5], seed: 2), m = samples([3, 3], seed: 3), v = samples([3], seed: 4)
        func expect(_ found: Tensor, _ wanted: Tensor) { #expect(difference(found, wanted) == nil) }
        expect(einsum("bij,bjk->bik", a, b), matmul(a, b))
        expect(einsum("bij,bjk->kib", a, b), matmul(a, b).transposed([2, 1, 0]))
        expect(einsum("...ij,...jk", a, b), matmul(a, b))
        expect(einsum("ijk->ki", a), a.sum([1]).transposed())
        expect(einsum("ijk->", a), a.sum())
        expect(einsum("ij,j->i", m, v), (m * v).sum([1]))
        expect(einsum("i,j->ij", v, v), v.expanded(1) * v)
        expect(einsum("ij->ji", m), m.transposed())
        expect(einsum("i , i", v, v), (v * v).sum())
        expect(
            einsum("bij,bjk,kl->il", a, b, samples([5, 3], seed: 5)),
            matmul(matmul(a, b).reshaped([6, 5]), samples([5, 3], seed: 5)).reshaped([2, 3, 3]).sum([0]))
        expect(einsum("...i,i->...", m.expanded(0), v), (m * v).sum([1]).expanded(0))
        let d = m.doubles()
        #expect(einsum("ii->i", m).doubles() == [d[0], d[4], d[8]])
        #expect(abs(einsum("ii", m).scalar - (d[0] + d[4] + d[8])) < 1e-12)
    }

    @Test func `gradients of equations agree with finite differences`() throws {
        try checkGradients("einsum", at: [samples([2, 3, 4]), samples([4, 2, 3], seed: 2), samples([3, 3], seed: 3)]) {
            [einsum("bij,jbk,ll->ik", $0[0], $0[1], $0[2])]
        }
    }

    @Test func `equations that do not fit are refused in words`() {
        let m = Tensor.zeros([2, 3])
        func refusal(_ equation: String, _ operands: [Tensor]) -> String { message { _ = try einsum(equation, operands) } }
        #expect(refusal("ij,jk->ik", [m]) == "einsum: 'ij,jk->ik': 2 terms for 1 operands (f32[2,3])")
        #expect(refusal("ijk->i", [m]) == "einsum: 'ijk->i': 'ijk' names 3 axes of an operand with 2 (f32[2,3])")
        #expect(refusal("ij,jk->ik", [m, m]) == "einsum: 'ij,jk->ik': 'j' is 3 and 2 (f32[2,3], f32[2,3])")
        #expect(refusal("ij->ik", [m]) == "einsum: 'ij->ik': 'k' of the result is in no operand (f32[2,3])")
        #expect(refusal("ij->ii", [m]) == "einsum: 'ij->ii': 'i' twice in the result (f32[2,3])")
        #expect(refusal("i1->i", [m]) == "einsum: 'i1->i': '1' is no letter (f32[2,3])")
        #expect(refusal("i...->i", [m]) == "einsum: 'i...->i': the result leaves the dots out (f32[2,3])")
    }
}
