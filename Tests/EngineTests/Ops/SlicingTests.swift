import Testing

@testable import Engine

@Suite struct SlicingTests {
    @Test func `slices, pads, joins and repetitions give the golden numbers`() throws {
        let rows = try SequenceRows("layout", ["slice", "pad", "concatenate", "stack", "tile", "repeat", "roll", "reverse", "flip", "split", "dynamicSlice", "dynamicUpdate"])
        try rows.check(expected: rows.rows.count) { row in
            let x = row.inputs[0]
            switch row.name.split(separator: ".")[0] {
            case "slice": return [x.sliced(row.integers("starts"), row.integers("ends"), row.integers("strides"))]
            case "pad":
                let amounts = (row.attributes["padding"] as! [[Int]]).map { (before: $0[0], after: $0[1]) }
                let border: Tensor.Border =
                    switch row.text("mode") {
                    case "reflect": .reflect
                    case "edge": .edge
                    case "wrap": .wrap
                    default: .constant(row.number("value"))
                    }
                return [x.padded(amounts, border)]
            case "concatenate": return [concatenate(row.inputs, row.integer("axis"))]
            case "stack": return [stack(row.inputs, row.integer("axis"))]
            case "tile": return [x.tiled(row.integers("repeats"))]
            case "repeat": return [x.repeated(row.integer("count"), row.integer("axis"))]
            case "roll": return [x.rolled(row.integers("shifts"), row.integers("axes"))]
            case "reverse", "flip": return [x.flipped(row.integers("axes"))]
            default:
                Issue.record("no case for \(row.name)")
                return row.outputs
            }
        }
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
        try expectGradients([scattered([3, 4]), scattered([3, 2], seed: 2)], "dynamic update") { x in
            (x[0].dynamicUpdate(x[1], at: at, axes: [1]).square() * scattered([3, 4], seed: 3)).sum() + x[0].dynamicSlice(at: at, [2], axes: [1]).square().sum()
        }
        try expectGradients([scattered([4, 3])], "second order") { x in
            let inner = (x[0].sliced([3, 0], [0, 3], [-2, 1]).padded([(1, 0), (0, 2)]) * x[0].sliced([1, 0], [4, 3]).padded([(0, 0), (2, 0)])).square().sum()
            return try! gradients(of: inner, for: [x[0]])[0].square().sum()
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
        #expect(text(Slice(cuts: [Cut(axis: 1, start: 2, count: 2, step: 1)]), [type]) == "slice: 2 places from 2 in steps of 1 leave axis 1 of extent 3 (f32[2,3])")
        #expect(text(Concatenate(axis: 0), [type, TensorType([2, 4], .f32)]) == "concatenate: operands differ beside axis 0 (f32[2,3], f32[2,4])")
        #expect(text(DynamicSlice(axes: [0], counts: [3]), [type, TensorType([1], .i64)]) == "dynamicSlice: a part of 3 along axis 0 (f32[2,3], i64[1])")
    }
}
