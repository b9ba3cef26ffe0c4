import TestKit
import Testing

@testable import Engine

let sortingRows = [
    Row("sort") { x, a in [x[0].sorted(a.int("axis"), descending: a.truth("descending"))] },
    Row("argSort") { x, a in [x[0].argsort(a.int("axis"), descending: a.truth("descending"))] },
    Row("topK") { x, a in
        let top = x[0].topK(a.int("count"), a.int("axis"), largest: a.truth("largest"))
        return [top.values, top.places]
    },
]

@Suite struct SortingTests {
    @Test(arguments: sortingRows) func `sorting agrees with reference numbers`(row: Row) throws {
        try check(row, in: "sorting", among: sortingRows)
    }

    @Test func `not-a-number is the largest and zeros of both signs are equal`() {
        let x = Tensor([Float.nan, 1, 0, -0.0, -.infinity, .infinity])
        #expect(x.argsort().values(Int64.self) == [4, 2, 3, 1, 5, 0])
        #expect(x.argsort(descending: true).values(Int64.self) == [0, 5, 1, 2, 3, 4])
        #expect(x.topK(2).places.values(Int64.self) == [0, 5])
    }

    @Test func `long lines come out as a stable sort gives them`() {
        for (count, dtype) in [(1, DType.f32), (17, .i32), (1000, .i8), (5000, .f64), (3000, .u64)] {
            let x = samples([count], 0, 100, seed: UInt64(count), as: dtype)
            let values = x.doubles()
            for descending in [false, true] {
                let wanted = values.indices.sorted {
                    descending
                        ? values[$0] > values[$1] || values[$0] == values[$1] && $0 < $1
                        : values[$0] < values[$1] || values[$0] == values[$1] && $0 < $1
                }
                #expect(x.argsort(descending: descending).values(Int64.self) == wanted.map { Int64($0) }, "\(count) \(dtype)")
                let few = min(count, 9)
                #expect(
                    x.topK(few, largest: descending).places.values(Int64.self) == wanted.prefix(few).map { Int64($0) }, "\(count) \(dtype)")
            }
        }
    }

    @Test func `gradients go back to where the values came from`() throws {
        try checkGradients("sort", at: [samples([3, 5, 2])]) { x in [x[0].sorted(1), x[0].topK(2, 1, largest: false).values.square()] }
    }

    @Test func `mistakes are named`() {
        #expect(
            message { _ = try Sort(axis: 1, count: 4).infer([TensorType([2, 3], .f32)]) }
                == "topK: 4 values of an axis of extent 3 (f32[2,3])")
    }
}
