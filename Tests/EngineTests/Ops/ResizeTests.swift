@testable import Engine
import TestKit
import Testing

let resizeRows = [
    Row("resizeNearest") { x, a in [x[0].resizedNearest(PerAxis(a.ints("outputs")))] },
    Row("resizeLinear") { x, a in [x[0].resizedLinear(PerAxis(a.ints("outputs")), alignCorners: a.truth("alignCorners"))] },
    Row("resizeCubic") { x, a in [x[0].resizedCubic(PerAxis(a.ints("outputs")), alignCorners: a.truth("alignCorners"))] },
]

@Suite struct ResizeTests {
    @Test(arguments: resizeRows) func `resizing agrees with reference numbers`(row: Row) throws {
        try check(row, in: "resize", among: resizeRows)
    }
    @Test func `every reference case of resizing has a row`() throws { try checkFamily("resize", resizeRows, cases: 37) }

    @Test func `gradients of resizing and their gradients agree with finite differences`() throws {
        for rule in Resample.Rule.allCases {
            try checkGradients(rule.rawValue, at: [samples([2, 3, 4, 2])]) { x in
                [Tensor.make(Resample(axis: 1, extent: 5, rule: rule), x[0]).square()]
            }
        }
    }

    @Test func `refused resizing says why`() {
        let x = TensorType([2, 5, 3], .f32)
        #expect(
            message { _ = try Resample(axis: 1, extent: 0, rule: .linear).infer([x]) } == "resample: extents must be positive (f32[2,5,3])")
        #expect(message { _ = try Resample(axis: 3, extent: 1, rule: .linear).infer([x]) } == "resample: axis 3 of 3 (f32[2,5,3])")
    }
}

@Suite struct LocalResponseNormalizationTests {
    static let row = Row("localResponseNorm") { x, a in
        [x[0].localResponseNormalized(size: a.int("size"), alpha: a.double("alpha"), beta: a.double("beta"), k: a.double("k"))]
    }

    @Test func `normalisation over neighbouring channels agrees with reference numbers`() throws {
        try check(Self.row, in: "normalization")
    }

    @Test func `its gradients agree with finite differences`() throws {
        try checkGradients("even size", at: [samples([2, 3, 5])]) { x in
            [x[0].localResponseNormalized(size: 4, alpha: 0.5, beta: 0.7, k: 1.5)]
        }
    }
}
