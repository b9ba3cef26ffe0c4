@testable import Engine
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
    @Test(arguments: matMulRows) func `matrix products agree with reference numbers`(row: Row) throws {
        try check(row, in: "matmul", among: matMulRows)
    }
    @Test func `every reference case of matrix products has a row`() throws { try checkFamily("matmul", matMulRows, cases: 37) }
}

extension MatMulTests {
    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
    func `matrix products have the derivatives that differences show`(left: Bool, right: Bool) throws {
        for (a, b) in [(Shape([2, 3]), Shape([3, 4])), ([2, 2, 3], [2, 3, 2]), ([2, 1, 2, 3], [3, 3, 2]), ([2, 3], [2, 3, 2])] {
            let order = { (shape: Shape, flip: Bool) in flip ? Shape(shape.extents.dropLast(2) + [shape[-1], shape[-2]]) : shape }
            try checkGradients("matmul \(a) \(b)", at: [samples(order(a, left)), samples(order(b, right), seed: 2)]) {
                [matmul($0[0], $0[1], transposeLeft: left, transposeRight: right)]
            }
        }
    }

    @Test func `a linear layer with bias and activation has the derivatives that differences show`() throws {
        let points = [samples([3, 2]), samples([4, 2], seed: 2), samples([4], seed: 3)]
        try checkGradients("linear", at: points) { [linear($0[0], $0[1], $0[2])] }
        try checkGradients("linear and tanh", at: points) { [linear($0[0], $0[1], $0[2]).tanh()] }
        try checkGradients("linear over three axes", at: [samples([2, 3, 2]), points[1], points[2]]) {
            [linear($0[0], $0[1], $0[2]).gelu()]
        }
    }

    @Test(arguments: [
        (1, 1, 1), (1, 5, 64), (3, 1, 17), (5, 33, 1), (7, 9, 65), (16, 16, 16), (31, 63, 127), (64, 65, 129), (0, 3, 4), (3, 0, 4),
        (3, 4, 0),
    ])
    func `native and portable products agree for every edge`(m: Int, n: Int, k: Int) throws {
        for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
            let a = samples(left ? [k, m] : [m, k], as: .f32), b = samples(right ? [n, k] : [k, n], seed: 2, as: .f32)
            let inputs = [Tensor.input("a", a.shape), Tensor.input("b", b.shape)]
            let product = matmul(inputs[0], inputs[1], transposeLeft: left, transposeRight: right)
            let x = a.doubles(), y = b.doubles()
            let expected = (0..<m * n).map { place in
                (0..<k).reduce(0.0) {
                    $0 + x[left ? $1 * m + place / n : place / n * k + $1] * y[right ? place % n * k + $1 : $1 * n + place % n]
                }
            }
            for kernels in [Program.Options.Kernels.native, .portable] {
                let session = try Session(Program(inputs: inputs, outputs: [product], options: .init(kernels: kernels, shards: 1)))
                #expect(difference(session.run([a, b])[0].doubles(), expected, tolerance: 1e-5) == nil)
            }
        }
    }

    @Test(arguments: ["none", "relu", "sigmoid", "tanh", "gelu", "geluTanh", "silu"])
    func `what follows a product is computed in it as it is by itself`(name: String) throws {
        let inputs = [Tensor.input("x", [4, 9]), .input("w", [7, 9]), .input("b", [7]), .input("r", [4, 7])]
        let values = [
            samples([4, 9], as: .f32), samples([7, 9], seed: 2, as: .f32), samples([7], seed: 3, as: .f32),
            samples([4, 7], seed: 4, as: .f32),
        ]
        let sum = linear(inputs[0], inputs[1], inputs[2]) + inputs[3]
        let result = UnaryFunction(rawValue: name).map { sum.unary($0) } ?? sum
        var answers: [Tensor] = []
        for options in [
            Program.Options(kernels: .native), .init(kernels: .portable), .init(kernels: .portable, shards: 1, isOptimized: false),
        ] {
            answers.append(try Session(Program(inputs: inputs, outputs: [result], options: options)).run(values)[0])
        }
        #expect(difference(answers[0], answers[2]) == nil)
        #expect(difference(answers[1], answers[2]) == nil)
    }

    @Test func `refusals say what does not fit`() {
        func text(_ a: Tensor, _ b: Tensor) -> String { message { _ = try Tensor.apply(MatMul(), [a, b]) } }
        #expect(
            text(.zeros([2, 3]), .zeros([4, 5])) == "matmul: inner extents differ: 3 on the left, 4 on the right (f32[2,3], f32[4,5])")
        #expect(text(.zeros([3]), .zeros([3, 5])) == "matmul: operands need two axes at least (f32[3], f32[3,5])")
        #expect(text(.zeros([2, 2, 3]), .zeros([3, 3, 5])) == "matmul: leading axes do not broadcast (f32[2,2,3], f32[3,3,5])")
        let typed = text(.zeros([2, 3]), .zeros([3, 5], .f64))
        #expect(typed == "matmul: operands differ in type, f32 and f64: cast one of them (f32[2,3], f64[3,5])")
    }
}
