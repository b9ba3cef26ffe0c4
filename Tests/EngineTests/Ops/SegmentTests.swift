import TestKit
import Testing

@testable import Engine

let segmentRows = [
    Row("segmentSum") { x, a in [x[0].segmentSum(x[1], a.int("count"))] },
    Row("segmentMean") { x, a in [x[0].segmentMean(x[1], a.int("count"))] },
    Row("segmentMax") { x, a in [x[0].segmentMax(x[1], a.int("count"))] },
    Row("segmentMin") { x, a in [x[0].segmentMin(x[1], a.int("count"))] },
    Row("segmentProduct") { x, a in [x[0].segmentProduct(x[1], a.int("count"))] },
]

@Suite struct SegmentTests {
    @Test(arguments: segmentRows) func `segments agree with reference numbers`(row: Row) throws {
        try check(row, in: "segment", among: segmentRows)
    }
    @Test func `every reference case of segments has a row`() throws { try checkFamily("segment", segmentRows, cases: 20) }

    @Test func `the gradient of a product is exact where factors are 0`() throws {
        let x = Tensor([0, 2, 3, 0, 0, 5] as [Double]), ids = Tensor([0, 0, 0, 1, 1, 2] as [Int32])
        #expect(try gradients(of: x.segmentProduct(ids, 4).sum(), for: [x])[0].doubles() == [6, 0, 0, 0, 0, 1])
    }

    @Test func `gradients agree with finite differences`() throws {
        let ids = Tensor([2, 0, 2, 1, 0] as [Int64])
        try checkGradients("sum and mean", at: [samples([5, 2])]) { x in
            [x[0].segmentSum(ids, 4).square(), x[0].segmentMean(ids, 4).square()]
        }
        try checkGradients("product", at: [samples([5, 2], 0.5, 1.5)], orders: 1) { x in [x[0].segmentProduct(ids, 4)] }
        try checkGradients("extremes", at: [samples([5, 2])], orders: 1) { x in [x[0].segmentMax(ids, 3), x[0].segmentMin(ids, 3)] }
    }

    @Test func `ids outside are ignored and nothing is rows enough`() {
        #expect(Tensor([1, 2, 4] as [Float]).segmentSum(Tensor([0, 5, -1] as [Int32]), 2).values(Float.self) == [1, 0])
        #expect(Tensor([] as [Float]).segmentMax(Tensor([] as [Int32]), 1).values(Float.self) == [-.infinity])
    }
}
