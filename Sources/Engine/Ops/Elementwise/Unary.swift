import CKernels

/// Functions of one number.
public enum UnaryFunction: String, Codable, Sendable, CaseIterable {
    case copy, neg, abs, sign, floor, ceil, round, trunc, sqrt, rsqrt, reciprocal, square
    case exp, exp2, expm1, log, log2, log1p
    case sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh
    case sigmoid, erf, relu, gelu, geluTanh, silu, softplus

    /// Defined for integers as well.
    var takesIntegers: Bool {
        switch self {
        case .copy, .neg, .abs, .sign, .floor, .ceil, .round, .trunc, .square, .relu: true
        default: false
        }
    }

    var tileOperation: mk_op {
        switch self {
        case .copy: MK_OP_COPY
        case .neg: MK_OP_NEG
        case .abs: MK_OP_ABS
        case .sign: MK_OP_SIGN
        case .floor: MK_OP_FLOOR
        case .ceil: MK_OP_CEIL
        case .round: MK_OP_ROUND
        case .trunc: MK_OP_TRUNC
        case .sqrt: MK_OP_SQRT
        case .rsqrt: MK_OP_RSQRT
        case .reciprocal: MK_OP_RECIPROCAL
        case .square: MK_OP_SQUARE
        case .exp: MK_OP_EXP
        case .exp2: MK_OP_EXP2
        case .expm1: MK_OP_EXPM1
        case .log: MK_OP_LOG
        case .log2: MK_OP_LOG2
        case .log1p: MK_OP_LOG1P
        case .sin: MK_OP_SIN
        case .cos: MK_OP_COS
        case .tan: MK_OP_TAN
        case .asin: MK_OP_ASIN
        case .acos: MK_OP_ACOS
        case .atan: MK_OP_ATAN
        case .sinh: MK_OP_SINH
        case .cosh: MK_OP_COSH
        case .tanh: MK_OP_TANH
        case .asinh: MK_OP_ASINH
        case .acosh: MK_OP_ACOSH
        case .atanh: MK_OP_ATANH
        case .sigmoid: MK_OP_SIGMOID
        case .erf: MK_OP_ERF
        case .relu: MK_OP_RELU
        case .gelu: MK_OP_GELU
        case .geluTanh: MK_OP_GELU_TANH
        case .silu: MK_OP_SILU
        case .softplus: MK_OP_SOFTPLUS
        }
    }
}

extension Tensor {
    func unary(_ function: UnaryFunction) -> Tensor { .make(Unary(function: function), self) }

    /// |x|
    public func abs() -> Tensor { unary(.abs) }
    /// -1, 0 or 1
    public func sign() -> Tensor { unary(.sign) }
    /// The next integer towards -∞.
    public func floor() -> Tensor { unary(.floor) }
    /// The next integer towards +∞.
    public func ceil() -> Tensor { unary(.ceil) }
    /// To the nearest integer, halves to even.
    public func rounded() -> Tensor { unary(.round) }
    /// Towards zero.
    public func trunc() -> Tensor { unary(.trunc) }
    /// √x
    public func sqrt() -> Tensor { unary(.sqrt) }
    /// 1 / √x
    public func rsqrt() -> Tensor { unary(.rsqrt) }
    /// 1 / x
    public func reciprocal() -> Tensor { unary(.reciprocal) }
    /// x²
    public func square() -> Tensor { unary(.square) }
    /// eˣ
    public func exp() -> Tensor { unary(.exp) }
    /// 2ˣ
    public func exp2() -> Tensor { unary(.exp2) }
    /// eˣ - 1, accurate near 0
    public func expm1() -> Tensor { unary(.expm1) }
    /// Natural logarithm.
    public func log() -> Tensor { unary(.log) }
    /// Logarithm to base 2.
    public func log2() -> Tensor { unary(.log2) }
    /// ln(1 + x), accurate near 0
    public func log1p() -> Tensor { unary(.log1p) }
    /// Sine of an angle in radians.
    public func sin() -> Tensor { unary(.sin) }
    /// Cosine of an angle in radians.
    public func cos() -> Tensor { unary(.cos) }
    /// Tangent of an angle in radians.
    public func tan() -> Tensor { unary(.tan) }
    /// Inverse sine, in radians.
    public func asin() -> Tensor { unary(.asin) }
    /// Inverse cosine, in radians.
    public func acos() -> Tensor { unary(.acos) }
    /// Inverse tangent, in radians.
    public func atan() -> Tensor { unary(.atan) }
    /// Hyperbolic sine.
    public func sinh() -> Tensor { unary(.sinh) }
    /// Hyperbolic cosine.
    public func cosh() -> Tensor { unary(.cosh) }
    /// Hyperbolic tangent.
    public func tanh() -> Tensor { unary(.tanh) }
    /// Inverse hyperbolic sine.
    public func asinh() -> Tensor { unary(.asinh) }
    /// Inverse hyperbolic cosine.
    public func acosh() -> Tensor { unary(.acosh) }
    /// Inverse hyperbolic tangent.
    public func atanh() -> Tensor { unary(.atanh) }
    /// 1 / (1 + e⁻ˣ)
    public func sigmoid() -> Tensor { unary(.sigmoid) }
    /// The Gauss error function.
    public func erf() -> Tensor { unary(.erf) }
    /// max(x, 0)
    public func relu() -> Tensor { unary(.relu) }
    /// x (1 + erf(x / √2)) / 2 (Hendrycks & Gimpel 2016)
    public func gelu() -> Tensor { unary(.gelu) }
    /// GELU's approximation by tanh.
    public func geluTanh() -> Tensor { unary(.geluTanh) }
    /// x σ(x) (Elfwing et al. 2018)
    public func silu() -> Tensor { unary(.silu) }
    /// ln(1 + eˣ)
    public func softplus() -> Tensor { unary(.softplus) }

    /// -x
    public static prefix func - (x: Tensor) -> Tensor { x.unary(.neg) }

    /// x where positive, `slope` x elsewhere.
    public func leakyReLU(_ slope: Double = 0.01) -> Tensor { select(isGreater(than: 0), self, self * slope) }
    /// x where positive, `alpha` (eˣ - 1) elsewhere (Clevert et al. 2016).
    public func elu(_ alpha: Double = 1) -> Tensor { select(isGreater(than: 0), self, minimum(self, 0).expm1() * alpha) }
    /// x clamp(x + 3, 0, 6) / 6 (Howard et al. 2019)
    public func hardSwish() -> Tensor { self * hardSigmoid() }
    /// clamp(x + 3, 0, 6) / 6
    public func hardSigmoid() -> Tensor { (self + 3).clamped(0, 6) * (1 / 6.0) }
    /// x tanh(softplus(x)) (Misra 2019)
    public func mish() -> Tensor { self * softplus().tanh() }
}

/// y = f(x), element by element.
struct Unary: Op {
    let function: UnaryFunction
    var name: String { function.rawValue }
    var isElementwise: Bool { true }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        if !function.takesIntegers || operands[0].dtype == .bool && function != .copy { try requireFloat(operands) }
        return operands
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let x = call.operands[0], y = call.results[0], g = call.flow[0]!
        func through(_ function: GradientFunction, _ value: Tensor) -> Tensor { .make(UnaryGradient(function: function), value, g) }
        switch function {
        case .copy: return [g]
        case .neg: return [-g]
        case .abs: return [g * x.sign()]
        case .sign, .floor, .ceil, .round, .trunc: return [nil]
        case .sqrt: return [g * 0.5 / y]
        case .rsqrt: return [g * -0.5 * y * y * y]
        case .reciprocal: return [-g * y * y]
        case .square: return [g * x * 2]
        case .exp: return [g * y]
        case .exp2: return [g * y * 0.6931471805599453]
        case .expm1: return [g * (y + 1)]
        case .log: return [g / x]
        case .log2: return [g / (x * 0.6931471805599453)]
        case .log1p: return [g / (x + 1)]
        case .sin: return [g * x.cos()]
        case .cos: return [-g * x.sin()]
        case .tan: return [g * (y * y + 1)]
        case .asin: return [g * (1 - x * x).rsqrt()]
        case .acos: return [-g * (1 - x * x).rsqrt()]
        case .atan: return [g / (x * x + 1)]
        case .sinh: return [g * x.cosh()]
        case .cosh: return [g * x.sinh()]
        case .tanh: return [through(.tanh, y)]
        case .asinh: return [g * (x * x + 1).rsqrt()]
        case .acosh: return [g * (x * x - 1).rsqrt()]
        case .atanh: return [g / (1 - x * x)]
        case .sigmoid: return [through(.sigmoid, y)]
        case .erf: return [g * (-x * x).exp() * 1.1283791670955126]
        case .relu: return [through(.relu, y)]
        case .gelu: return [through(.gelu, x)]
        case .geluTanh: return [through(.geluTanh, x)]
        case .silu: return [through(.silu, x)]
        case .softplus: return [g * x.sigmoid()]
        }
    }

    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? {
        builder.apply(function.tileOperation, operands[0])
    }

    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        function == .copy ? operands : nil
    }
}

/// Derivatives with kernels of their own.
enum GradientFunction: String, Codable, Sendable, CaseIterable {
    case relu, sigmoid, tanh, gelu, geluTanh, silu

    var tileOperation: mk_op {
        switch self {
        case .relu: MK_OP_RELU_GRAD
        case .sigmoid: MK_OP_SIGMOID_GRAD
        case .tanh: MK_OP_TANH_GRAD
        case .gelu: MK_OP_GELU_GRAD
        case .geluTanh: MK_OP_GELU_TANH_GRAD
        case .silu: MK_OP_SILU_GRAD
        }
    }
}

/// f'(x) g: the value first (the result for relu, sigmoid and tanh, else the input), then what flows back.
struct UnaryGradient: Op {
    let function: GradientFunction
    var name: String { function.rawValue + "Gradient" }
    var isElementwise: Bool { true }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireFloat(operands)
        guard operands[0] == operands[1] else { throw refuse("value and gradient differ", operands) }
        return [operands[0]]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let v = call.operands[0], g = call.operands[1], flow = call.flow[0]!
        let toGradient = Tensor.make(self, v, flow)
        switch function {
        case .relu: return [nil, toGradient]
        case .sigmoid: return [flow * g * (1 - v * 2), toGradient]
        case .tanh: return [flow * g * v * -2, toGradient]
        case .gelu:
            // f'' = φ(x) (2 - x²)
            let density = (v * v * -0.5).exp() * 0.3989422804014327
            return [flow * g * density * (2 - v * v), toGradient]
        case .geluTanh:
            let c = 0.7978845608028654, a = 0.044715
            let t = ((v + v * v * v * a) * c).tanh()
            let d = (v * v * (3 * a) + 1) * c
            let sech = 1 - t * t
            return [flow * g * (sech * d - v * t * sech * d * d + v * sech * v * (3 * a * c)), toGradient]
        case .silu:
            let s = v.sigmoid(), ds = s * (1 - s)
            return [flow * g * (ds * 2 + v * ds * (1 - s * 2)), toGradient]
        }
    }

    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? {
        builder.apply(function.tileOperation, operands[0], operands[1])
    }
}

let unaryCatalog: [any Op] =
    UnaryFunction.allCases.map { Unary(function: $0) } + GradientFunction.allCases.map { UnaryGradient(function: $0) }
