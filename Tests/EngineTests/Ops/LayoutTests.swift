@testable import Engine
import TestKit
import Testing

/// A matrix with zeros where the distance of column and row is not as wished: what a causal mask does.
private func triangle(_ x: Tensor, _ isKept: (_ rows: Tensor, _ columns: Tensor) -> Tensor) -> Tensor {
    select(isKept(Tensor.iota(x.shape[-2]).expanded(1), Tensor.iota(x.shape[-1])), x, .zeros([], x.dtype))
}

let layoutRows = [
    Row("transpose") { x, a in [x[0].transposed(a.ints("order"))] },
    Row("reshape") { x, a in [x[0].reshaped(Shape(a.ints("shape")))] },
    Row("broadcast") { x, a in [x[0].broadcast(to: Shape(a.ints("shape")))] },
    Row("lowerTriangle") { x, a in [triangle(x[0]) { rows, columns in (columns - rows).isAtMost(Tensor(Int64(a.int("diagonal")))) }] },
    Row("upperTriangle") { x, a in [triangle(x[0]) { rows, columns in (columns - rows).isAtLeast(Tensor(Int64(a.int("diagonal")))) }] },
    Row("cast") { x, a in [x[0].cast(to: DType(name: a.text("dtype"))!)] },
]

@Suite struct LayoutTests {
    @Test(arguments: layoutRows) func `moving elements agrees with reference numbers`(row: Row) throws {
        try check(row, in: "layout", among: layoutRows)
    }

    @Test(arguments: DType.allCases) func `elements of every width are transposed`(dtype: DType) {
        let x = Tensor([0, 1, 1, 0, 0, 1], [2, 3], as: dtype)
        #expect(x.transposed().doubles() == [0, 0, 1, 0, 1, 1])
        #expect(x.transposed().transposed().doubles() == x.doubles())
    }

    @Test func `transposing by every order of four axes moves each element to its place`() {
        let shape = Shape([2, 3, 4, 5]), x = Tensor((0..<120).map { Float($0) }, shape)
        func orders(_ rest: [Int]) -> [[Int]] {
            rest.isEmpty ? [[]] : rest.flatMap { axis in orders(rest.filter { $0 != axis }).map { [axis] + $0 } }
        }
        for order in orders([0, 1, 2, 3]) {
            let target = Shape(order.map { shape[$0] }), steps = order.map { shape.strides[$0] }
            let expected = (0..<120).map { place in
                Double(zip(zip(target.strides, target.extents), steps).reduce(0) { $0 + place / $1.0.0 % $1.0.1 * $1.1 })
            }
            #expect(x.transposed(order).doubles() == expected, "\(order)")
        }
    }

    @Test func `a shape may leave one extent open and keep others`() {
        let x = Tensor.zeros([2, 3, 4])
        #expect(x.reshaped(-1).shape == [24])
        #expect(x.reshaped(Shape.same, -1).shape == [2, 12])
        #expect(x.flattened().shape == [2, 12])
        #expect(x.expanded(-1).shape == [2, 3, 4, 1])
        #expect(x.expanded(1).shape == [2, 1, 3, 4])
        #expect(Tensor.zeros([0, 3]).reshaped(3, 0).shape == [3, 0])
        #expect(Tensor(1 as Float).flattened().shape == [1, 1])
    }

    @Test func `casts to integers truncate and saturate, and not-a-number becomes zero`() {
        let x = Tensor([1.9, -1.9, 1e20, -1e20, .nan, .infinity] as [Double])
        #expect(x.cast(to: .i64).values(Int64.self) == [1, -1, .max, .min, 0, .max])
        #expect(x.cast(to: .i32).values(Int32.self) == [1, -1, .max, .min, 0, .max])
        #expect(x.cast(to: .u8).values(UInt8.self) == [1, 0, 255, 0, 0, 255])
        #expect(x.cast(to: .f32).cast(to: .i32).values(Int32.self) == [1, -1, .max, .min, 0, .max])
        #expect(x.cast(to: .u64).values(UInt64.self) == [1, 0, .max, 0, 0, .max])
    }

    @Test func `moves have the derivatives that differences show, and a stopped gradient has none`() throws {
        let x = samples([2, 3, 2])
        try checkGradients("transpose", at: [x]) { [$0[0].transposed([2, 0, 1]).square()] }
        try checkGradients("reshape", at: [x]) { [$0[0].reshaped(3, 4).exp()] }
        #expect(
            message { _ = try gradients(of: x.stopGradient().sum(), for: [x]) }
                == "gradients: the loss does not depend on target 0 (f64[2,3,2])")
        #expect(x.stopGradient().doubles() == x.doubles())
    }

    @Test func `full precision ends the bf16 policy`() throws {
        let x = Tensor.input("x", [1, 2]), w = Variable("w", Tensor([1, 0, 0, 1] as [Float], [2, 2]))
        let y = matmul(x, w.value)
        /// The type in which the policy computes a difference.
        func type(_ difference: Tensor) throws -> DType? {
            reachable(from: try Precision.narrow([difference])).first { $0.op.name == "subtract" }?.results[0].dtype
        }
        #expect(try type(y - x) == .bf16)
        #expect(try type(y.inFullPrecision() - x) == .f32)
        let program = try Program(inputs: [x], outputs: gradients(of: y.inFullPrecision().square().sum(), for: [x]))
        #expect(try Session(program).run([Tensor([256, 1.25] as [Float], [1, 2])])[0].doubles() == [512, 2.5])
    }

    @Test func `refusals say what does not fit`() {
        let x = Tensor.zeros([2, 3])
        func text(_ op: any Op) -> String { message { _ = try Tensor.apply(op, [x]) } }
        #expect(text(Reshape(shape: [4])) == "reshape: 6 elements do not fill the shape [4] (f32[2,3])")
        #expect(text(Reshape(shape: [-1, 4])) == "reshape: 6 elements do not fill the shape [-1,4] (f32[2,3])")
        #expect(text(Reshape(shape: [1, 1, 1, -2])) == "reshape: axis 3 has nothing to be the same as (f32[2,3])")
        #expect(text(Transpose(order: [0, 0])) == "transpose: [0, 0] is not an order of 2 axes (f32[2,3])")
    }
}
