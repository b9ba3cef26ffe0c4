import TestKit
import Testing

@testable import Engine

let slicingRows = [
    Row("slice") { x, a in [x[0].sliced(a.ints("starts"), a.ints("ends"), a.ints("strides"))] },
    Row("pad") { x, a in
        let border: Tensor.Border =
            switch a.text("mode", "constant") {
            case "reflect": .reflect
            case "edge": .edge
            case "wrap": .wrap
            default: .constant(a.double("value"))
            }
        return [x[0].padded(a.pairs("padding").map { (before: $0[0], after: $0[1]) }, border)]
    },
    Row("concatenate") { x, a in [concatenate(x, a.int("axis"))] },
    Row("stack") { x, a in [stack(x, a.int("axis"))] },
    Row("tile") { x, a in [x[0].tiled(a.ints("repeats"))] },
    Row("repeat") { x, a in [x[0].repeated(a.int("count"), a.int("axis"))] },
    Row("roll") { x, a in [x[0].rolled(a.ints("shifts"), a.ints("axes"))] },
    Row("flip") { x, a in [x[0].flipped(a.ints("axes"))] },
]

@Suite struct SlicingTests {
    @Test(arguments: slicingRows) func `parts and joins agree with reference numbers`(row: Row) throws {
        try check(row, in: "layout", among: slicingRows)
    }

    @Test func `a start and an end may count from the end and steps may go back`() {
        let x = Tensor((0..<6).map { Float($0) })
        #expect(x.sliced([-3], [6]).values(Float.self) == [3, 4, 5])
        #expect(x.sliced([-1], [-7], [-1]).values(Float.self) == [5, 4, 3, 2, 1, 0])
        #expect(x.sliced([4], [0], [-2]).values(Float.self) == [4, 2])
        #expect(x.sliced([3], [3]).shape == [0])
        #expect(x.selected(-1, 0).scalar == 5)
        #expect(x.sliced([0], [100]).shape == [6])
    }

    @Test func `a dynamic slice that would stick out is moved until it fits`() {
        let x = Tensor((0..<12).map { Float($0) }, [3, 4])
        #expect(x.dynamicSlice(at: Tensor([9, -4] as [Int64]), [1, 2], axes: [0, 1]).values(Float.self) == [8, 9])
        let y = x.dynamicUpdate(Tensor([100, 101] as [Float], [1, 2]), at: Tensor([1, 3] as [Int32]), axes: [0, 1])
        #expect(y.values(Float.self) == [0, 1, 2, 3, 4, 5, 100, 101, 8, 9, 10, 11])
    }

    @Test func `gradients of dynamic slices and updates agree with finite differences, also of second order`() throws {
        let at = Tensor([1] as [Int64])
        try checkGradients("dynamic update", at: [samples([3, 4]), samples([3, 2], seed: 2)]) { x in
            [x[0].dynamicUpdate(x[1], at: at, axes: [1]).square(), x[0].dynamicSlice(at: at, [2], axes: [1]).square()]
        }
        try checkGradients("slices and pads", at: [samples([4, 3])]) { x in
            [
                (x[0].sliced([3, 0], [0, 3], [-2, 1]).padded([(1, 0), (0, 2)]) * x[0].sliced([1, 0], [4, 3]).padded([(0, 0), (2, 0)]))
                    .square()
            ]
        }
    }

    @Test func `the step of a cache writes in place`() throws {
        let cache = Variable("cache", Tensor.zeros([2, 4, 3]))
        let part = Tensor.input("part", [2, 1, 3]), place = Tensor.input("place", [], .i64)
        let new = cache.value.dynamicUpdate(part, at: place, axes: [1])
        let program = try Program(inputs: [part, place], outputs: [new.sum()], updates: [(cache, new)], options: .init(shards: 1))
        let session = try Session(program, threads: 1)
        for step in 0..<4 { _ = session.run([Tensor([Float](repeating: Float(step), count: 6), [2, 1, 3]), Tensor(Int64(step))]) }
        #expect(cache.value.selected(1, 1).values(Float.self) == [1, 1, 1, 1, 1, 1])
        #expect(session.run([Tensor([Float](repeating: 7, count: 6), [2, 1, 3]), Tensor(Int64(0))])[0].scalar == 78)
        #expect(!program.plan.steps.contains { $0.label == "commit" })
    }

    @Test func `mistakes are named`() {
        func text(_ op: any Op, _ types: [TensorType]) -> String {
            do { return "\(try op.infer(types))" } catch { return "\(error)" }
        }
        let type = TensorType([2, 3], .f32)
        #expect(
            text(Slice(cuts: [Cut(axis: 1, start: 2, count: 2, step: 1)]), [type])
                == "slice: 2 places from 2 in steps of 1 leave axis 1 of extent 3 (f32[2,3])")
        #expect(
            text(Concatenate(axis: 0), [type, TensorType([2, 4], .f32)])
                == "concatenate: operands differ beside axis 0 (f32[2,3], f32[2,4])")
        #expect(
            text(DynamicSlice(axes: [0], counts: [3]), [type, TensorType([1], .i64)])
                == "dynamicSlice: a part of 3 along axis 0 (f32[2,3], i64[1])")
    }
}
