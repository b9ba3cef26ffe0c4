@testable import Engine
import TestKit
import Testing

let elementwiseRows = [
    Row("neg") { [-$0[0]] },
    Row("abs") { [$0[0].abs()] },
    Row("sign") { [$0[0].sign()] },
    Row("floor") { [$0[0].floor()] },
    Row("ceil") { [$0[0].ceil()] },
    Row("round") { [$0[0].rounded()] },
    Row("trunc") { [$0[0].trunc()] },
    Row("sqrt") { [$0[0].sqrt()] },
    Row("rsqrt") { [$0[0].rsqrt()] },
    Row("reciprocal") { [$0[0].reciprocal()] },
    Row("square") { [$0[0].square()] },
    Row("exp") { [$0[0].exp()] },
    Row("expm1") { [$0[0].expm1()] },
    Row("log") { [$0[0].log()] },
    Row("log1p") { [$0[0].log1p()] },
    Row("sin") { [$0[0].sin()] },
    Row("cos") { [$0[0].cos()] },
    Row("tan") { [$0[0].tan()] },
    Row("asin") { [$0[0].asin()] },
    Row("acos") { [$0[0].acos()] },
    Row("atan") { [$0[0].atan()] },
    Row("sinh") { [$0[0].sinh()] },
    Row("cosh") { [$0[0].cosh()] },
    Row("tanh") { [$0[0].tanh()] },
    Row("asinh") { [$0[0].asinh()] },
    Row("acosh") { [$0[0].acosh()] },
    Row("atanh") { [$0[0].atanh()] },
    Row("sigmoid") { [$0[0].sigmoid()] },
    Row("erf") { [$0[0].erf()] },
    Row("relu") { [$0[0].relu()] },
    Row("leakyRelu") { x, a in [x[0].leakyReLU(a.double("slope"))] },
    Row("elu") { x, a in [x[0].elu(a.double("alpha"))] },
    Row("softplus") { [$0[0].softplus()] },
    Row("gelu") { [$0[0].gelu()] },
    Row("geluTanh") { [$0[0].geluTanh()] },
    Row("silu") { [$0[0].silu()] },
    Row("hardSwish") { [$0[0].hardSwish()] },
    Row("mish") { [$0[0].mish()] },
    Row("add") { [$0[0] + $0[1]] },
    Row("sub") { [$0[0] - $0[1]] },
    Row("mul") { [$0[0] * $0[1]] },
    Row("div") { [$0[0] / $0[1]] },
    Row("pow") { [power($0[0], $0[1])] },
    Row("max") { [maximum($0[0], $0[1])] },
    Row("min") { [minimum($0[0], $0[1])] },
    Row("fmod") { [fmod($0[0], $0[1])] },
    Row("floorMod") { [remainder($0[0], $0[1])] },
    Row("atan2") { [atan2($0[0], $0[1])] },
    Row("clamp") { x, a in [x[0].clamped(a.double("min"), a.double("max"))] },
]

/// Smooth stretches of the functions of one number.
private let ranges: [UnaryFunction: (Double, Double)] = [
    .sqrt: (0.5, 4), .rsqrt: (0.5, 4), .reciprocal: (0.5, 3), .log: (0.5, 4), .log2: (0.5, 4), .log1p: (-0.5, 3), .tan: (-1, 1),
    .asin: (-0.8, 0.8), .acos: (-0.8, 0.8), .acosh: (1.3, 4), .atanh: (-0.8, 0.8), .abs: (0.2, 2), .relu: (0.2, 2),
    .sign: (0.2, 0.8), .floor: (0.2, 0.8), .ceil: (0.2, 0.8), .round: (0.1, 0.4), .trunc: (0.2, 0.8),
]

@Suite struct ElementwiseTests {
    @Test(arguments: elementwiseRows) func `elementwise operations agree with reference numbers`(row: Row) throws {
        try check(row, in: "elementwise", among: elementwiseRows)
    }

    @Test(arguments: comparisonRows) func `comparisons and choices agree with reference numbers`(row: Row) throws {
        try check(row, in: "elementwise", among: comparisonRows)
    }

    @Test func `every reference case of elementwise operations has a row`() throws {
        try checkFamily("elementwise", elementwiseRows + comparisonRows, cases: 466)
    }

    @Test(arguments: UnaryFunction.allCases) func `functions of one number have the derivatives that differences show`(
        function: UnaryFunction
    ) throws {
        let (low, high) = ranges[function] ?? (-1.5, 1.5)
        try checkGradients(function.rawValue, at: [samples([5], low, high)]) { [$0[0].unary(function)] }
    }

    @Test(arguments: GradientFunction.allCases) func `derivatives with kernels of their own can be differentiated`(
        function: GradientFunction
    ) throws {
        try checkGradients(function.rawValue, at: [samples([4], 0.1, 0.9), samples([4], seed: 2)]) {
            [.make(UnaryGradient(function: function), $0[0], $0[1])]
        }
    }

    @Test(arguments: BinaryFunction.allCases) func `functions of two numbers have the derivatives that differences show`(
        function: BinaryFunction
    ) throws {
        // The first quotient of each pair lies well inside an interval between two integers.
        try checkGradients(function.rawValue, at: [samples([2, 3], 1.1, 1.4), samples([3], 0.8, 1)]) { [.binary(function, $0[0], $0[1])] }
        try checkGradients(function.rawValue, at: [samples([2, 1, 1], 1.1, 1.4), samples([2, 3], 0.8, 1)], orders: 1) {
            [.binary(function, $0[0], $0[1])]
        }
    }

    @Test func `composed activations have the derivatives that differences show`() throws {
        for (low, high) in [(-2.5, -0.5), (0.5, 2.5)] {
            try checkGradients("leakyReLU", at: [samples([4], low, high)]) { [$0[0].leakyReLU(0.1)] }
            try checkGradients("elu", at: [samples([4], low, high)]) { [$0[0].elu(0.7)] }
            try checkGradients("hardSwish", at: [samples([4], low, high)]) { [$0[0].hardSwish()] }
            try checkGradients("mish", at: [samples([4], low, high)]) { [$0[0].mish()] }
        }
        try checkGradients("broadcast", at: [samples([3, 1])]) { [$0[0].broadcast(to: [2, 3, 4])] }
    }

    @Test func `functions without reference numbers are what their definition says`() {
        let x = Tensor([-1, 0, 0.5, 2, 3] as [Double])
        #expect(difference(x.exp2().doubles(), [0.5, 1, 1.4142135623730951, 4, 8], tolerance: 1e-15) == nil)
        #expect(difference(Tensor([0.25, 1, 8] as [Double]).log2().doubles(), [-2, 0, 3], tolerance: 1e-15) == nil)
        #expect(difference(x.hardSigmoid().doubles(), [1 / 3, 0.5, 3.5 / 6, 5 / 6, 1], tolerance: 1e-15) == nil)
        #expect(Tensor.fill(3, [2], .i8).values(Int8.self) == [3, 3])
        #expect(Tensor.ones([1, 2]).values(Float.self) == [1, 1])
    }

    @Test(arguments: [0, 1, 2, 7, 15, 16, 17, 63, 64, 65, 511, 1023, 4097]) func `the ends of odd lengths are computed like the middle`(
        count: Int
    ) throws {
        let a = samples([count], seed: 3, as: .f32), b = samples([count], 0.5, 2, seed: 4, as: .f32)
        let expected = zip(a.doubles(), b.doubles()).map { $0 * $1 + $0 / $1 }
        for kernels in [Program.Options.Kernels.native, .portable] {
            let inputs = [Tensor.input("a", [count]), Tensor.input("b", [count])]
            let program = try Program(
                inputs: inputs, outputs: [inputs[0] * inputs[1] + inputs[0] / inputs[1]], options: .init(kernels: kernels))
            let values = try Session(program).run([a, b])[0].doubles()
            #expect(difference(values, expected, tolerance: 1e-6) == nil)
        }
    }

    @Test func `integers wrap around and division by zero gives zero in every width`() {
        #expect((Tensor([Int8.max]) + Tensor([1 as Int8])).values(Int8.self) == [.min])
        #expect((Tensor([UInt8.max]) + Tensor([2 as UInt8])).values(UInt8.self) == [1])
        #expect((Tensor([Int64.max]) + Tensor([1 as Int64])).values(Int64.self) == [.min])
        #expect((Tensor([7 as UInt64]) / Tensor([2 as UInt64])).values(UInt64.self) == [3])
        #expect((Tensor([7 as Int64, -7]) / Tensor([0 as Int64, 2])).values(Int64.self) == [0, -3])
        #expect((Tensor([7 as Int32]) / Tensor([0 as Int32])).values(Int32.self) == [0])
    }

    @Test func `refusals name the operation, the module, the reason and the operands`() {
        let a = Tensor.zeros([2, 3]), b = Tensor.zeros([4]), whole = Tensor.zeros([2, 3], .i32), truth = Tensor.zeros([3], .bool)
        func text(_ op: any Op, _ operands: Tensor...) -> String { message { _ = try Tensor.apply(op, operands) } }
        #expect(text(Binary(function: .add), a, b) == "add: shapes [2,3] and [4] do not broadcast (f32[2,3], f32[4])")
        let placed = Scope.named("stem") { Scope.named("norm") { text(Binary(function: .multiply), a, b) } }
        #expect(placed == "multiply 'stem.norm': shapes [2,3] and [4] do not broadcast (f32[2,3], f32[4])")
        #expect(
            text(Binary(function: .add), a, whole) == "add: operands differ in type, f32 and i32: cast one of them (f32[2,3], i32[2,3])")
        #expect(text(Binary(function: .add), truth, truth) == "add: does not take bool: use and, or, xor (bool[3], bool[3])")
        #expect(text(Binary(function: .atan2), whole, whole) == "atan2: needs floating-point operands, got i32 (i32[2,3], i32[2,3])")
        #expect(text(Binary(function: .add), a) == "add: takes 2…2 operands, got 1 (f32[2,3])")
        #expect(text(Unary(function: .exp), whole) == "exp: needs floating-point operands, got i32 (i32[2,3])")
        #expect(text(UnaryGradient(function: .tanh), a, b) == "tanhGradient: value and gradient differ (f32[2,3], f32[4])")
        #expect(text(Broadcast(shape: [5]), b) == "broadcast: shape [4] does not broadcast to [5] (f32[4])")
        #expect(text(Select(), a, a, a) == "select: the condition must be bool, got f32 (f32[2,3], f32[2,3], f32[2,3])")
        #expect(
            text(Compare(relation: .less), a, whole) == "less: operands differ in type, f32 and i32: cast one of them (f32[2,3], i32[2,3])")
    }

    @Test func `adding tensors of different shapes traps`() async {
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]) + Tensor.zeros([3]) }
    }
}
